"""One running studio: what all routes share."""

from dataclasses import dataclass

from vermilion.studio.batches import Batches
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.facts import Facts
from vermilion.studio.events import Events
from vermilion.studio.films import Films
from vermilion.studio.jobs import Jobs
from vermilion.studio.settings import Settings
from vermilion.studio.shapes import PictureTable, picture_table


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """What all routes share.

    Attributes:
        settings: of the server.
        desk: the open pictures.
        jobs: runs what takes long.
        batches: jobs over an archive.
        films: the open films.
        events: tells pages what happens.
    """

    settings: Settings
    desk: Desk
    jobs: Jobs
    batches: Batches
    films: Films
    events: Events

    def table_of(self, facts: Facts) -> PictureTable:
        """Return the facts of a picture, as answers give them."""
        return picture_table(facts, self.desk.revision(facts))
