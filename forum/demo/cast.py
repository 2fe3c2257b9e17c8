"""The people and places of the stories, made through the verbs that make any."""

from __future__ import annotations

from dataclasses import dataclass

from forum.accounts import service as accounts
from forum.demo import script
from forum.places import service as places

# Of invented people on an invented board; `forum demo` prints it.
PASSWORD = "Sample-Board-2026"  # noqa: S105
HOST = "demo.invalid"
LEAD = "garden"


@dataclass(frozen=True)
class Sample:
    """An account to try the board with."""

    role: str
    name: str
    address: str


def build_places() -> None:
    """Cities, estates, departments."""
    told = script.read("places")
    cities = {city["slug"]: places.add_city(city["name"], city["slug"]) for city in told["cities"]}
    for project in told["projects"]:
        places.add_project(
            project["name"], project["slug"], city=cities[project["city"]],
            households=project["households"], phase=project["phase"],
        )  # fmt: skip


def engage() -> dict[str, int]:
    """Everybody of the stories, key → account id. They all have the same known password."""
    told = script.read("people")
    names = dict.fromkeys(person["department"] for person in told["staff"])
    departments = {name: places.add_department(name).slug for name in names}
    people = {
        person["key"]: accounts.create_person(
            person["name"], person["role"], by="system", email=address(person["key"]),
            password=PASSWORD, department=departments[person["department"]],
        )
        for person in told["staff"]
    } | {
        person["key"]: accounts.create_person(
            person["name"], "member", by="system", email=address(person["key"]),
            password=PASSWORD, verified=person["verified"],
        )
        for person in told["members"]
    }  # fmt: skip
    return {key: person.id for key, person in people.items()}


def address(key: str) -> str:
    """The e-mail of a person of the stories; no mail ever leaves for that domain."""
    return f"{key}@{HOST}"


def samples() -> list[Sample]:
    """One account for each role: a homeowner (the one of the lead story), and who is inside."""
    told = script.read("people")
    author = next(story["author"] for story in script.stories() if story["key"] == LEAD)
    homeowner = next(person for person in told["members"] if person["key"] == author)
    found = {"member": Sample("member", homeowner["name"], address(author))}
    for person in told["staff"]:
        role = person["role"]
        found.setdefault(role, Sample(role, person["name"], address(person["key"])))
    return list(found.values())
