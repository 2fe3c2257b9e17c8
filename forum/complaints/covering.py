"""Covering a part of what people wrote, in every version of it, and uncovering it again.

The verbs work inside the transaction of a redaction. What a version had committed to is closed: its
openings go to `sealed` with the words they opened, and what is shown instead gets fresh ones under
``<field>.<index of the entry>`` of the redaction's own entry.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from forum.base.cuts import cut, mark
from forum.base.db import db
from forum.base.text import to_html
from forum.complaints.models import Complaint, Photo, Reply, Sealed, Version
from forum.log import service as log
from forum.log.models import Opening

MAX_ALT = 200
Fields = dict[str, str]
_PHOTO = re.compile(r"photo\.([1-9])(?:\.(received|alt))?")


@dataclass(frozen=True)
class Cuts:
    """What is to be covered: exact phrases wherever they occur, and whole photos by position."""

    phrases: tuple[str, ...] = ()
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class Covered:
    """One entry's words before and after: field → value; a photo that goes has none after."""

    entry: int
    before: Fields
    after: Fields


@dataclass(frozen=True)
class Kept:
    """All that can be opened of some complaints, each by the number of its complaint."""

    versions: Mapping[int, list[Version]]
    photos: Mapping[int, list[Photo]]
    salts: Mapping[int, dict[tuple[int, str], bytes]]


def kept_of(numbers: Collection[int]) -> Kept:
    """What is kept of these complaints, in three queries however many they are."""
    found = Kept(defaultdict(list), defaultdict(list), defaultdict(dict))
    if not numbers:
        return found
    for version in db.session.scalars(select(Version).where(Version.complaint.in_(numbers))):
        found.versions[version.complaint].append(version)
    for photo in db.session.scalars(select(Photo).where(Photo.complaint.in_(numbers))):
        found.photos[photo.complaint].append(photo)
    query = select(Opening.complaint, Opening.entry, Opening.field, Opening.salt)
    for number, entry, field, salt in db.session.execute(
        query.where(Opening.complaint.in_(numbers))
    ):
        found.salts[number or 0][entry, field] = salt
    return found


def covered(
    complaint: Complaint, reply: Reply | None, cuts: Cuts, kept: Kept | None = None
) -> list[Covered]:
    """What the cuts change, by entry, oldest first; nothing is changed yet."""
    fields_of = _fields(complaint, reply, kept or kept_of((complaint.number,)))
    pairs = (
        Covered(entry, fields, _cut_fields(fields, cuts))
        for entry, fields in sorted(fields_of.items())
    )
    return [pair for pair in pairs if pair.before != pair.after]


def instead(changes: Iterable[Covered]) -> Fields:
    """The texts a redaction's entry commits to, for `log.append`."""
    return {f"{name}.{change.entry}": value
            for change in changes for name, value in change.after.items()}  # fmt: skip


def cover(
    complaint: Complaint, reply: Reply | None, changes: Iterable[Covered], statement: int,
    entry: log.Appended,
) -> None:  # fmt: skip
    """Seal and close what stood there, and show what `entry` committed to."""
    salts = kept_of((complaint.number,)).salts[complaint.number]
    for change in changes:
        for name, value in change.before.items():
            place = _standing(salts, change.entry, name)
            if place is not None:
                db.session.add(
                    Sealed(statement=statement, complaint=complaint.number,
                           item=reply.id if reply else None, entry=place[0], field=place[1],
                           place=change.entry, name=name, salt=salts[place], value=value,
                           at=entry.at, **_size_of(change.entry, name, change.after))
                )  # fmt: skip
                _forget(place)
        _show(complaint, reply, change.entry, change.after)
        _take_out_photos(complaint, reply, change)


def uncover(complaint: Complaint, reply: Reply | None, statement: int, entry: int) -> bool:
    """Open again what the redaction of `statement` (its `entry`) sealed; False: it is destroyed."""
    sealed = sealed_by(statement)
    if not sealed:
        return False
    db.session.execute(delete(Opening).where(Opening.entry == entry, Opening.field != "facts"))
    places: dict[int, Fields] = {}
    for row in sealed:
        opened = Opening(
            entry=row.entry, field=row.field, salt=row.salt, complaint=complaint.number
        )
        db.session.add(opened)
        places.setdefault(row.place, {})[row.name] = row.value
    for row in sealed:
        if row.thumb is not None:
            _put_photo_back(complaint, reply, row, places[row.place])
    db.session.flush()
    for place, values in places.items():
        _show(complaint, reply, place, values)
    for row in sealed:
        db.session.delete(row)
    return True


def sealed_by(statement: int) -> list[Sealed]:
    """What the cut of a statement took from view, in order of its entries."""
    query = select(Sealed).where(Sealed.statement == statement)
    return list(db.session.scalars(query.order_by(Sealed.place, Sealed.id)))


def _fields(complaint: Complaint, reply: Reply | None, kept: Kept) -> dict[int, Fields]:
    """Entry → field → value of all that can be opened of the complaint, or of one reply."""
    if reply is not None:
        own = {reply.entry: {"text": reply.body, "author": reply.by}}
        first = reply.entry
    else:
        rows = kept.versions[complaint.number]
        own = {row.entry: {"text": f"{row.title}\n{row.body}"} for row in rows}
        first = complaint.entry
        own.setdefault(first, {})["author"] = complaint.author
        if complaint.remedy is not None:
            own[first]["remedy"] = complaint.remedy
    item = reply.id if reply else None
    for photo in (row for row in kept.photos[complaint.number] if row.reply_id == item):
        name = f"photo.{photo.position}"
        own[first] |= {name: photo.sha256, f"{name}.received": photo.received,
                       f"{name}.alt": photo.alt}  # fmt: skip
    salts = kept.salts[complaint.number]
    opened = {entry: {name: value for name, value in fields.items()
                      if _standing(salts, entry, name)} for entry, fields in own.items()}  # fmt: skip
    return {entry: fields for entry, fields in opened.items() if "text" in fields}


def _cut_fields(fields: Fields, cuts: Cuts) -> Fields:
    after = {}
    for name, value in fields.items():
        photo = _PHOTO.fullmatch(name)
        if photo and int(photo[1]) in cuts.photos:
            continue
        if name == "text":
            # The first line feed stands between title and body: no cut may take it.
            value = "\n".join(cut(part, cuts.phrases) for part in value.split("\n", 1))
        elif name == "remedy" or name.endswith(".alt"):
            value = _fitting(cut(value, cuts.phrases), value, name)
        after[name] = value
    return after


def _fitting(shown: str, before: str, name: str) -> str:
    # A description has so much room; many marks need more than the words they cover.
    return mark(len(before)) if name != "remedy" and len(shown) > MAX_ALT else shown


def _standing(
    salts: Mapping[tuple[int, str], bytes], entry: int, name: str
) -> tuple[int, str] | None:
    """Where the opening of a field is now: in its entry, or in the newest cut of it."""
    if (entry, name) in salts:
        return entry, name
    again = f"{name}.{entry}"
    return max((key for key in salts if key[1] == again), default=None)


def _forget(place: tuple[int, str]) -> None:
    where = Opening.entry == place[0], Opening.field == place[1]
    db.session.execute(delete(Opening).where(*where))


def _size_of(entry: int, name: str, after: Fields) -> dict[str, object]:
    """Of a photo that goes: what its row says beside its digests."""
    photo = _PHOTO.fullmatch(name)
    if photo is None or photo[2] or name in after:
        return {}
    row = _photo_at(entry, int(photo[1]))
    return {"thumb": row.thumb, "width": row.width, "height": row.height}


def _photo_at(entry: int, position: int) -> Photo:
    query = select(Photo).where(Photo.entry == entry, Photo.position == position)
    return db.session.execute(query).scalar_one()


def _show(complaint: Complaint, reply: Reply | None, entry: int, values: Fields) -> None:
    for name, value in values.items():
        photo = _PHOTO.fullmatch(name)
        if name == "text" and reply is not None:
            reply.body, reply.body_html = value, to_html(value)
        elif name == "text":
            _show_version(complaint, entry, value)
        elif name == "remedy":
            complaint.remedy = value
        elif photo and photo[2] == "alt":
            _photo_at(entry, int(photo[1])).alt = value


def _show_version(complaint: Complaint, entry: int, text: str) -> None:
    title, _line_feed, body = text.partition("\n")
    newest = select(Version.entry).where(Version.complaint == complaint.number, Version.proven)
    shown = db.session.scalar(newest.order_by(Version.entry.desc()).limit(1))
    version = db.session.get_one(Version, entry)
    for row in (version, complaint) if shown == entry else (version,):
        row.title, row.body, row.body_html = title, body, to_html(body)


def _take_out_photos(complaint: Complaint, reply: Reply | None, change: Covered) -> None:
    for name in change.before.keys() - change.after.keys():
        photo = _PHOTO.fullmatch(name)
        if photo and not photo[2]:
            db.session.delete(_photo_at(change.entry, int(photo[1])))
            complaint.photos -= 1 if reply is None else 0
    db.session.flush()


def _put_photo_back(complaint: Complaint, reply: Reply | None, row: Sealed, values: Fields) -> None:
    db.session.add(
        Photo(complaint=complaint.number, reply_id=reply.id if reply else None, entry=row.place,
              position=int(row.name.removeprefix("photo.")), sha256=row.value, thumb=row.thumb,
              received=values[f"{row.name}.received"], alt=values[f"{row.name}.alt"],
              width=row.width, height=row.height)
    )  # fmt: skip
    complaint.photos += 1 if reply is None else 0
