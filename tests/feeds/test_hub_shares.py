"""Who may have how many requests of the hub under way."""

from syndicate.feeds.hub_shares import Shares
from syndicate.store.syndication.hub_turns import Turn

SHARES = Shares(most=6, asker=2, host=3, unproven=4, heavy=2, again=1, little=20)


def turns(*said: tuple[str, str], load: int = 0, is_proven: bool = True) -> list[Turn]:
    return [Turn(number, asker, host, load, is_proven) for number, (asker, host) in enumerate(said)]


def picked(due: list[Turn], under_way: list[Turn], *slow: str) -> list[int]:
    return [turn.id for turn in SHARES.pick(due, under_way, slow)]


def test_an_asker_and_a_host_have_their_share_of_what_is_under_way() -> None:
    under_way = turns(("a", "one"), ("b", "two"), ("c", "two"))
    due = turns(("a", "three"), ("a", "three"), ("d", "two"), ("e", "two"), ("e", "four"))

    assert picked(due, under_way) == [0, 2, 4]


def test_who_is_unknown_has_a_part_and_who_asked_much_a_smaller_one() -> None:
    under_way = turns(("a", "one"), is_proven=False)
    many = [(f"asker{number}", f"host{number}") for number in range(6)]

    assert picked(turns(*many, is_proven=False), under_way) == [0, 1, 2]
    assert picked(turns(*many, is_proven=False, load=21), under_way) == [0, 1]
    assert picked(turns(*many, load=21), under_way) == [0, 1, 2, 3, 4]


def test_a_host_that_is_called_slowly_is_called_one_at_a_time() -> None:
    due = turns(("a", "one"), ("b", "one"), ("c", "two"))

    assert picked(due, [], "one") == [0, 2]
    assert picked(due, turns(("d", "one")), "one") == [2]


def test_what_failed_before_takes_little_room() -> None:
    due = [Turn(number, f"a{number}", f"h{number}", is_again=True) for number in range(3)]

    assert picked(due, []) == [0]
