from vermilion.training.loop.spent import Spent


def test_inner_stretches_count_once() -> None:
    moments = iter([0.0, 1.0, 4.0, 5.0, 10.0, 12.0])
    spent = Spent(lambda: next(moments))
    with spent.on("training"):
        with spent.on("scoring"):
            pass
        moments_left = spent.seconds["scoring"]
    assert moments_left == 3.0
    assert spent.seconds == {"scoring": 3.0, "training": 2.0}
    with spent.on("training"):
        pass
    assert spent.seconds["training"] == 4.0
