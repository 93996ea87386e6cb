"""The portal's router: the entrance, open to everybody, and the pages, each behind a permission."""

from fastapi import APIRouter

from exchange_api.portal import entrance, pages, ranking, reviews, tickets

router = APIRouter()
router.include_router(entrance.router)
router.include_router(pages.router)
router.include_router(ranking.router)
router.include_router(tickets.router)
router.include_router(reviews.router)
