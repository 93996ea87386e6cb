"""How a REST service hands out pages, and how the hub proves to it who it is."""
