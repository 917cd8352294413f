import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from drsim.distributions import Law
from drsim.units import HOUR, MINUTE

GRID = (np.arange(100_000) + 0.5) / 100_000
UNIFORMS = st.floats(2.0**-54, 1 - 2.0**-53)
WRITTEN = [
    "35 min",
    "35 min (15 to 120)",
    "35 min (15 min to 2 h) @wimpers",
    "10 to 60 min",
    "10 min to 2 h",
    "triangular 35 min (15 to 120)",
    "median 2 h p95 11 h",
    "mean 30 d",
    "weibull 40 h shape 1.5",
    "16 wh (8 to 24) @wimpers",
    "{observed: [31 min, 44 min, 52 min]}",
    "{mix: {70 %: 20 min, 30 %: 2 h (1 to 6)}}",
]


@st.composite
def plain_laws(draw):
    """Any law but a mixture, of moderate tails so that a grid finds its mean."""
    low, likely, high = sorted(draw(st.lists(st.integers(1, 600), min_size=3, max_size=3)))
    text = draw(
        st.sampled_from(
            [
                f"{likely} min",
                f"{likely} min ({low} to {high})",
                f"{low} to {high} min",
                f"triangular {likely} min ({low} to {high})",
                f"median {likely} min p95 {likely + draw(st.integers(1, 5 * likely))} min",
                f"mean {likely} min",
                f"weibull {likely} min shape {draw(st.integers(7, 50)) / 10}",
                f"{{observed: [{low} min, {high} min, {likely} min, {low} s]}}",
            ]
        )
    )
    source = draw(st.sampled_from([None, "wimpers"]))
    return Law.parse(text if source is None or text[0] == "{" else f"{text} @{source}")


@st.composite
def mixtures(draw):
    """A mixture of two or three parts, shares alike allowed."""
    parts = draw(st.lists(plain_laws(), min_size=2, max_size=3))
    cuts = sorted(draw(st.sets(st.integers(1, 9), min_size=len(parts) - 1, max_size=len(parts) - 1)))
    shares = np.diff([0, *cuts, 10]) * 10
    return Law.parse(
        {
            "mix": {
                f"{share}.{'0' * (i + 1)} %": str(law) for i, (share, law) in enumerate(zip(shares, parts, strict=True))
            }
        }
    )


LAWS = plain_laws() | mixtures()


@given(LAWS)
def test_what_is_written_reads_back_equal(law):
    assert Law.parse(str(law)) == law
    assert hash(Law.parse(str(law))) == hash(law)
    assert pickle.loads(pickle.dumps(law)) == law
    plain = Law(law.kind, law.params, law.dimension, law.working, law.parts, source=law.source)
    assert Law.parse(str(plain)) == law


@given(plain_laws(), UNIFORMS, UNIFORMS)
def test_quantiles_do_not_decrease(law, u, v):
    low, high = law.quantile(sorted([u, v]))
    assert low <= high * (1 + 1e-14)
    assert law.low <= low
    assert high <= law.high


def mean_agrees(law, mean):
    return math.isclose(law.quantile(GRID).mean(), mean, rel_tol=4e-3)


@settings(deadline=None, max_examples=50)
@given(LAWS)
def test_the_mean_is_that_of_the_quantiles(law):
    assert mean_agrees(law, law.mean)


@settings(deadline=None, max_examples=20)
@given(LAWS)
def test_a_mean_that_is_five_percent_wrong_is_seen(law):
    assert not mean_agrees(law, law.mean * 1.05)


@given(LAWS, st.lists(UNIFORMS, min_size=1, max_size=40), st.integers(1, 5))
def test_each_quantile_is_the_same_in_any_array(law, u, step):
    u = np.asarray(u)
    values = law.quantile(u)
    assert values.dtype == np.float64
    assert [float(law.quantile(each)) for each in u] == values.tolist()
    assert np.array_equal(law.quantile(u[::step]), values[::step])
    assert np.array_equal(law.quantile(u[::-1])[::-1], values)
    assert np.array_equal(law.quantile(np.asfortranarray(np.stack([u, u]))), np.stack([values, values]))


def pert(likely, low, high):
    width = high - low
    return stats.beta(1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width, loc=low, scale=width)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("10 to 60 min", stats.uniform(10, 50)),
        ("35 min (15 to 120)", pert(35, 15, 120)),
        ("15 min (15 to 120)", pert(15, 15, 120)),
        ("120 min (15 to 120)", pert(120, 15, 120)),
        ("triangular 35 min (15 to 120)", stats.triang(20 / 105, loc=15, scale=105)),
        ("triangular 15 min (15 to 120)", stats.triang(0, loc=15, scale=105)),
        ("triangular 120 min (15 to 120)", stats.triang(1, loc=15, scale=105)),
        ("median 120 min p95 660 min", stats.lognorm(math.log(5.5) / stats.norm.ppf(0.95), scale=120)),
        ("mean 30 min", stats.expon(scale=30)),
        ("weibull 40 min shape 1.5", stats.weibull_min(1.5, scale=40)),
        ("weibull 40 min shape 0.1", stats.weibull_min(0.1, scale=40)),
    ],
)
def test_quantiles_and_mean_are_those_of_scipy(text, reference):
    law = Law.parse(text)
    u = np.array([1e-9, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-9])
    np.testing.assert_allclose(law.quantile(u) / MINUTE, reference.ppf(u), rtol=1e-9)
    assert law.mean / MINUTE == pytest.approx(reference.mean(), rel=1e-12)
    assert (law.low / MINUTE, law.high / MINUTE) == reference.support()


def test_the_lognormal_has_its_median_and_p95():
    law = Law.parse("median 2 h p95 11 h")
    assert law.quantile([0.5, 0.95]) / HOUR == pytest.approx([2, 11], rel=1e-14)
    assert special.ndtri(0.95) == pytest.approx(1.6448536269514722, rel=1e-15)


def test_observed_values_are_equally_likely():
    law = Law.parse({"observed": ["52 min", "31 min", "44 min @wimpers"]})
    u = [1e-12, 0.333, 0.334, 0.666, 0.667, 1 - 2.0**-53]
    assert (law.quantile(u) / MINUTE).tolist() == [31, 31, 44, 44, 52, 52]
    assert law.mean == (31 + 44 + 52) / 3 * MINUTE
    assert law.source == "wimpers"
    assert str(law) == "{observed: [52 min, 31 min, 44 min @wimpers]}"


def test_a_mixture_splits_the_uniform_by_its_shares():
    law = Law.parse({"mix": {"25 %": "10 to 20 min", "75 %": "1 h"}})
    assert [share for share, _ in law.parts] == [750_000, 250_000]  # 'fixed' comes before 'uniform'
    assert (law.quantile([0.0001, 0.7499, 0.75, 0.875]) / MINUTE).tolist() == pytest.approx([60, 60, 10, 15])
    assert (law.low, law.high, law.mean) == (10 * MINUTE, HOUR, 48.75 * MINUTE)


@given(mixtures())
def test_the_order_of_a_mixture_does_not_matter(law):
    import yaml

    parts = yaml.load(str(law), Loader=yaml.BaseLoader)["mix"]
    again = Law.parse({"mix": dict(reversed(parts.items()))})
    assert again == law
    assert again.text == law.text


def test_a_mixture_may_have_equal_shares_and_mixtures_in_it():
    inner = {"mix": {"50 %": "1 h", "50.0 %": "2 h"}}
    law = Law.parse({"mix": {"50 %": inner, "50.0 %": {"observed": ["3 h @x"]}}})
    assert law.mean == 2.25 * HOUR
    assert Law.parse(str(law)) == law


def test_parameters_are_in_ms_in_the_order_of_the_notation():
    assert Law.parse("35 min (15 to 120)").params == (35 * MINUTE, 15 * MINUTE, 120 * MINUTE)
    assert Law.parse("10 to 60 min").params == (10 * MINUTE, 60 * MINUTE)
    assert Law.parse("weibull 40 h shape 1.5").params == (40 * HOUR, 1.5)
    assert Law.parse("60 MB/s (20 to 80)", "rate").params == (60e6, 20e6, 80e6)
    assert Law.parse("2 h (90 min to 3 h)") == Law.parse("120 min (1.5 h to 180 min)")
    assert Law.parse("2 h") != Law.parse("2 h @rvig")


def test_working_hours():
    law = Law.parse("16 wh (8 to 24)")
    assert law.working
    assert law != Law.parse("16 h (8 to 24)")
    assert Law.parse({"mix": {"60 %": "1 wh", "40 %": "2 wh"}}).working


def test_what_is_certain():
    assert Law.constant(5 * MINUTE) == Law.parse("5 min")
    assert str(Law.constant(5 * MINUTE)) == "5 min"
    for text in ["35 min", "35 min (35 to 35)", "35 to 35 min", "triangular 35 min (35 to 35)", "{observed: [35 min]}"]:
        law = Law.parse(text)
        assert (law.fixed, law.mean) == (35 * MINUTE, 35 * MINUTE)
        assert law.quantile([0.1, 0.9]).tolist() == [35 * MINUTE] * 2
    assert Law.parse("0 s").fixed == 0
    assert Law.parse("35 min (15 to 120)").fixed is None
    assert Law.parse("mean 1 h").fixed is None


@pytest.mark.parametrize("text", WRITTEN)
def test_accepted(text):
    assert str(Law.parse(text)) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("35", "'35' has no unit: write a duration such as '35 min'"),
        ("-5 min", "'-5 min' is not a duration"),
        ("4:00", "'4:00' is not a duration"),
        ("0.5 ms", "'0.5 ms' is not a whole number of milliseconds"),
        ("NaN", r"'NaN' is not a law: write one such as '35 min', '35 min \(15 to 120\)'"),
        ("normal 3 h", "'normal 3 h' is not a law"),
        ("35 min (15-120)", r"'35 min \(15-120\)' is not a law"),
        ("35 min (40 to 120)", r"'35 min \(40 to 120\)' is not in order: low, most likely and high must rise"),
        ("35 min (15 to 20)", r"'35 min \(15 to 20\)' is not in order"),
        ("triangular 35 min (40 to 120)", r"'triangular 35 min \(40 to 120\)' is not in order"),
        ("1 h 30 min (1 to 3)", "'1' has no unit"),
        ("60 to 10 min", "'60 to 10 min' has its low above its high.*'10 to 60 min'"),
        ("median 2 h p95 2 h", "'median 2 h p95 2 h' needs a p95 above its median"),
        ("median 0 h p95 2 h", "'median 0 h p95 2 h' needs a p95 above its median and a median above zero"),
        ("mean 0 s", "'mean 0 s' needs more than zero"),
        ("weibull 0 s shape 1", "'weibull 0 s shape 1' needs more than zero"),
        ("weibull 40 h shape 0", "'weibull 40 h shape 0' needs a shape from 0.1 to 100"),
        ("weibull 40 h shape -1", "'weibull 40 h shape -1' has the shape '-1'"),
        ("16 wh (8 h to 24 h)", r"'16 wh \(8 h to 24 h\)' mixes working hours with other time"),
        ("35 min (15 to 120 @x)", r"'35 min \(15 to 120 @x\)' has a source that is not a name"),
        ({"observed": []}, r"'\{observed: \[\]\}' has no values: write at least one"),
        ({"observed": ["35"]}, "'35' has no unit"),
        ({"observed": ["1 s @a", "2 s @b"]}, "has the sources a, b: observed values have one"),
        ({"observed": "1 s"}, "'1 s'.* is not a law"),
        (
            {"observd": ["1 s"]},
            "'observd' is not a kind of law: expected one of: observed, mix   did you mean 'observed'",
        ),
        ({}, r"'\{\}' is not a law"),
        (
            {"mix": {"70 %": "20 min", "31 %": "1 h"}},
            "31 %: 1 h.* has shares that add up to 101 %: they must make 100 %",
        ),
        ({"mix": {}}, "has shares that add up to 0 %"),
        ({"mix": {"100 %": "20 min", "0 %": "1 h"}}, "0 %: 1 h.* has a part of 0 %: leave it out"),
        ({"mix": {"70 % @x": "20 min", "30 %": "1 h"}}, "'70 % @x' has a source: give it to the part"),
        ({"mix": {"70 %": "20 min", "30 %": "1 wh"}}, "30 %: 1 wh.* mixes working hours with other time"),
        ({"mix": {"70": "20 min"}}, "'70' has no unit: write a share such as '85 %'"),
        ("{observed: [", r"'\{observed: \[' is not a law"),
    ],
)
def test_refused(value, message):
    with pytest.raises(ValueError, match=message):
        Law.parse(value)


def test_a_rate_of_zero_is_refused():
    assert Law.parse("1 to 3 MB/s", "rate").low == 1e6
    with pytest.raises(ValueError, match="'0 MB/s' moves nothing"):
        Law.parse("0 to 3 MB/s", "rate")
    with pytest.raises(ValueError, match="'3 min' has the unit 'min' where a rate is due"):
        Law.parse("3 min", "rate")


def test_a_law_in_parts_of_a_millisecond_is_refused():
    with pytest.raises(ValueError, match=r"1\.5 is not whole"):
        Law("fixed", (1.5,))


def test_a_sample_passes_the_kolmogorov_smirnov_test_and_a_wrong_rate_does_not():
    law = Law.parse("mean 1 h")
    sample = law.quantile(np.random.default_rng(7).random(100_000))
    assert stats.kstest(sample, stats.expon(scale=HOUR).cdf).pvalue > 1e-6
    assert stats.kstest(sample, stats.expon(scale=1.05 * HOUR).cdf).pvalue < 1e-6


# what is left of a life


@pytest.mark.parametrize("text", [text for text in WRITTEN if "wh" not in text])
def test_what_is_left_of_a_life_has_the_density_of_the_equilibrium(text):
    """Its distribution is E[min(X, x)] / mean, its mean E[X^2] / (2 E[X]) (Cox 1962)."""
    law = Law.parse(text)
    lives = law.quantile(GRID)
    left = np.sort(law.residual(GRID))
    for share in (0.001, 0.1, 0.5, 0.9, 0.999):
        x = left[int(share * len(left))]
        assert np.minimum(lives, x).mean() / law.mean == pytest.approx(share, abs=2e-4)
    assert left.mean() == pytest.approx((lives**2).mean() / 2 / law.mean, rel=2e-2)
    assert left.max() <= law.high


def test_what_is_left_of_some_lives_is_known():
    u = np.array([0.25, 0.5, 0.75])
    assert Law.parse("4 h").residual(u) == pytest.approx(u * 4 * HOUR)
    assert (Law.parse("mean 4 h").residual(u) == Law.parse("mean 4 h").quantile(u)).all()
    assert Law.parse("weibull 4 h shape 1").residual(u) == pytest.approx(Law.parse("mean 4 h").quantile(u))
    # of lives of 1 h and 3 h, each as likely, one finds the longer in 3 of 4 cases
    assert Law.parse("{observed: [1 h, 3 h]}").residual(u - 0.05) == pytest.approx(np.array([0.8, 0.8, 1.8]) * HOUR)
    # uniform from 0 to 2: 1 - (1 - x / 2)^2
    assert Law.parse("0 to 2 h").residual(u) == pytest.approx(2 * HOUR * (1 - np.sqrt(1 - u)))


@given(plain_laws(), st.lists(UNIFORMS, min_size=1, max_size=5))
def test_what_is_left_rises_and_is_each_by_itself(law, uniforms):
    u = np.sort(np.array(uniforms))
    left = law.residual(u)
    assert (left == [law.residual(np.array([each]))[0] for each in u]).all()
    assert (left >= 0).all()
    assert (left <= law.high).all()
    if law.kind != "observed":
        assert (np.diff(left) >= 0).all()
