"""Who works there: managers, reps, who came, left and moved, and how good each is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from salestargets.demo.generator.company import REGIONS, TEAMS, WEAK_REGION, region_now
from salestargets.demo.generator.horizon import Horizon
from salestargets.demo.generator.names import people_names

#: How often a rep wins in the quarter in progress, in thousandths of their usual: some badly, some well.
_FORMS = (1080, 1150, 450, 1100, 1500, 1060, 1250)
_WEAK_FORMS = (300, 460, 580, 380, 1100, 420, 500)


@dataclass(frozen=True, slots=True)
class Spell:
    """A person in a team over [starts_on, ends_on)."""

    team: str
    starts_on: date
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Rep:
    """`skill` and `form` are thousandths: how much a rep sells at all, and how they do this quarter."""

    external_id: str
    name: str
    spells: tuple[Spell, ...]
    skill: int
    form: int

    @property
    def hired_on(self) -> date:
        return self.spells[0].starts_on

    @property
    def left_on(self) -> date | None:
        return self.spells[-1].ends_on

    def team_on(self, day: date) -> str | None:
        return next((spell.team for spell in self.spells if spell.holds_on(day)), None)

    def works_on(self, day: date) -> bool:
        return self.team_on(day) is not None


@dataclass(frozen=True, slots=True)
class Manager:
    external_id: str
    name: str
    unit: str | None  # the company where none
    since: date


@dataclass(frozen=True, slots=True)
class Staff:
    managers: Sequence[Manager]
    reps: Sequence[Rep]

    def manager_of(self, unit: str) -> Manager:
        return next(manager for manager in self.managers if manager.unit == unit)

    def team_mates(self, rep: Rep, day: date) -> list[Rep]:
        """Others of the rep's (last) team on a day, else everyone else who works."""
        team = rep.team_on(day) or rep.spells[-1].team
        others = [other for other in self.reps if other is not rep and other.works_on(day)]
        return [other for other in others if other.team_on(day) == team] or others

    def mentor_of(self, newcomer: Rep) -> Rep:
        """The best who was in their team on their first day, and still sells."""
        there = [one for one in self.team_mates(newcomer, newcomer.hired_on) if one.left_on is None]
        return max(there, key=lambda one: (one.skill, one.external_id))


def staff(horizon: Horizon, seed: int) -> Staff:
    rng = Random(f"{seed}/staff")
    spells = list(_spells(horizon, rng))
    units = [None, *REGIONS, *(team.external_id for team in TEAMS)]
    names = iter(people_names(rng, len(units) + len(spells)))
    managers = [
        Manager(f"M{number:03}", next(names), unit, _long_ago(horizon, rng))
        for number, unit in enumerate(units, 1)
    ]
    reps = [
        Rep(f"R{number:03}", next(names), parts, rng.randrange(720, 1340), _form(parts, number))
        for number, parts in enumerate(spells, 1)
    ]
    return Staff(managers, reps)


def _spells(horizon: Horizon, rng: Random) -> Iterator[tuple[Spell, ...]]:
    """Those who were there from the start, then who came later, then who left."""
    moves = _moves(horizon)
    for team in TEAMS:
        for place in range(team.size):
            first = Spell(team.external_id, _long_ago(horizon, rng))
            yield (
                _moved(first, *moves[team.external_id, place])
                if (team.external_id, place) in moves
                else (first,)
            )
    for team_id, hired_on in _hires(horizon):
        yield (Spell(team_id, hired_on),)
    for team_id, left_on in _leavers(horizon):
        yield (Spell(team_id, _long_ago(horizon, rng), left_on),)


def _moved(spell: Spell, team_id: str, on: date) -> tuple[Spell, Spell]:
    return replace(spell, ends_on=on), Spell(team_id, on)


def _moves(horizon: Horizon) -> Mapping[tuple[str, int], tuple[str, date]]:
    """Team and place of those who changed teams in the middle of a quarter → where to, and when."""
    return {
        ("hangzhou", 1): ("shanghai", _day(horizon, 1, 44)),
        ("tianjin", 2): ("hangzhou", _day(horizon, 2, 37)),
    }


def _hires(horizon: Horizon) -> list[tuple[str, date]]:
    return [
        ("suzhou", _day(horizon, 3, 41)),
        ("beijing", _day(horizon, 2, 60)),
        ("shenzhen", _day(horizon, 2, 8)),
        ("guangzhou", _day(horizon, 1, 20)),
        ("qingdao", horizon.on - timedelta(days=26)),
    ]


def _leavers(horizon: Horizon) -> list[tuple[str, date]]:
    return [
        ("suzhou", _day(horizon, 3, 22)),
        ("beijing", _day(horizon, 2, 51)),
        ("guangzhou", _day(horizon, 1, 33)),
        ("tianjin", horizon.on - timedelta(days=12)),
    ]


def _day(horizon: Horizon, quarters_ago: int, days: int) -> date:
    return horizon.quarters_ago(quarters_ago).start + timedelta(days=days)


def _long_ago(horizon: Horizon, rng: Random) -> date:
    return horizon.begin - timedelta(days=rng.randrange(250, 2600))


def _form(spells: Sequence[Spell], number: int) -> int:
    forms = _WEAK_FORMS if region_now(spells[-1].team) == WEAK_REGION else _FORMS
    return forms[number % len(forms)]
