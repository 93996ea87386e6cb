"""Whom a row of a department is about, where it is about one person: the base of persons reads it the same way.

A row may bear other people's numbers too (the mother's, in a birth): it is no row of theirs.
"""

from typing import Final, NamedTuple


class Whose(NamedTuple):
    """Items of a dataset: the number and the name of the person each row is about, and the department's key."""

    number: str
    name: str
    key: str


WHOSE: Final = {
    "police_person": Whose("resident_id", "name", "person_no"),
    "health_birth": Whose("child_id", "child_name", "certificate_no"),
    "health_death": Whose("resident_id", "name", "certificate_no"),
    "hrss_insurance": Whose("resident_id", "name", "insurance_no"),
    "civil_subsistence": Whose("resident_id", "name", "serial_no"),
    "education_pupil": Whose("resident_id", "name", "pupil_no"),
}
"""By dataset, as lake/bases/population/person_observation.sql takes them."""
