"""What acts tell the post, where a station has a headquarters."""

from sqlmodel import Session

from station.store.tables import PostLink


def forget_in_bags(tx: Session) -> None:
    """Somebody was forgotten: the persons' parts of every bag made so far are emptied with the next one."""
    link = tx.get(PostLink, "hub")
    if link is not None:
        link.forgets = True
        tx.add(link)
