"""Every published and every independently computed value is reproduced within its tolerance."""

import re
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from station.lab.statistics import agreement_limits as limits
from station.lab.statistics import control_charts as charts
from station.lab.statistics import decision_risk as risk
from station.lab.statistics import deming as line
from station.lab.statistics import prediction_error as error
from station.lab.statistics import three_way as hat
from station.lab.statistics.concordance import concordance
from station.lab.statistics.groups import group_biases
from station.lab.statistics.jackknife import jackknifed, standard_error
from station.lab.statistics.laboratories import critical_difference, critical_difference_to_value
from station.lab.statistics.outliers import critical_deviate, generalised_esd
from station.lab.statistics.passing_bablok import cusum, passing_bablok
from station.lab.statistics.replicates import repeatability_coefficient, unlinked_limits
from station.lab.statistics.robust import algorithm_a, huber_proposal_2
from station.lab.statistics.values import Values, differences
from tests.lab.statistics.published import Published, by_method, columns, needs_data, numbers

pytestmark = needs_data
SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)


@pytest.fixture(scope="module")
def published() -> Published:
    return Published()


def peak_flow(replicate: str = "1") -> tuple[Values, Values]:
    found = by_method("peak_flow.csv", replicate)
    return found["Wright"], found["Mini"]


def creatinine() -> tuple[Values, Values]:
    """Serum is the reference, plasma the test; rows without both are left out."""
    found = columns("creatinine.csv")
    pairs = [pair for pair in zip(found["serum.crea"], found["plasma.crea"], strict=True) if "NA" not in pair]
    x, y = np.array(pairs, dtype=float).T
    return x, y


def test_bias_sd_and_limits_of_peak_flow(published: Published) -> None:
    wright, mini = peak_flow()
    d = differences(wright, mini)
    bias, sep = error.bias(d), error.sep(d)
    assert sep is not None
    published.agrees("pefr.bias", bias.value)
    published.agrees("pefr.bias_full", bias.value)
    published.agrees("pefr.sd", sep.value)
    published.agrees("pefr.sd_full", sep.value)
    published.agrees("pefr.ci_bias", bias.ci)
    published.agrees("pefr.loa2sd", limits.limits_by_multiple(d, 2))
    exact = limits.agreement_limits(d)
    assert exact is not None
    published.agrees("pefr.exact_outer", exact.outer[1])
    upper = exact.limits[1] + limits.approximate_margin(sep.value, d.size)
    published.agrees("pefr.approx_upper_outer_wright_minus_mini", upper)
    published.agrees("pefr.mover_upper_outer_mini_minus_wright", limits.mover_outer(-d)[1])


def test_replicates_of_peak_flow(published: Published) -> None:
    wright, mini = (list(np.column_stack(pair)) for pair in zip(peak_flow("1"), peak_flow("2"), strict=True))
    published.agrees("pefr.rep_wright_coef", repeatability_coefficient(wright, multiple=2))
    published.agrees("pefr.rep_mini_coef", repeatability_coefficient(mini, multiple=2))
    single = unlinked_limits(wright, mini)
    published.agrees("pefr.mean_bias_corrsd", [single.bias, single.sd])


def test_concordance_of_peak_flow(published: Published) -> None:
    wright, mini = peak_flow()
    found = concordance(wright, mini)
    assert found is not None
    published.agrees("pefr.ccc", found.value)
    published.agrees("pefr.ccc_Cb", found.shift)
    published.agrees("pefr.ccc_ci_z", found.ci)
    published.agrees("pefr.ccc_ci_asym", found.ci_plain)


def test_limits_on_the_log_scale(published: Published) -> None:
    found = by_method("plasma_volume.csv")
    d = np.log(found["Nadler"]) - np.log(found["Hurley"])
    log = limits.agreement_limits(d)
    assert log is not None
    margin = limits.approximate_margin(log.sd, d.size)
    published.agrees("plvol.log_bias", log.bias)
    published.agrees("plvol.log_loa", log.limits)
    published.agrees("plvol.log_ci_lo", [log.limits[0] - margin, log.limits[0] + margin])
    published.agrees("plvol.ratio_loa", np.exp([log.limits[0], log.bias, log.limits[1]]))


def test_the_trend_of_milk_fat(published: Published) -> None:
    found = by_method("milk_fat.csv")
    trend = limits.trend(found["Trig"], found["Gerber"])
    assert trend is not None
    published.agrees("milk.reg", [trend.intercept, trend.slope])
    published.agrees("milk.res_sd", trend.residual_sd)


def test_deming_of_creatinine(published: Published) -> None:
    x, y = creatinine()
    found = line.deming(x, y, levels=(0.5, 1, 2, 5))
    assert found is not None
    assert found.slope.ci is not None
    assert found.intercept.ci is not None
    a, b = found.intercept, found.slope
    published.agrees("crea.deming", [a.value, b.value])
    n = x.size
    without = line.without_each(lambda mask: line.fit(x[mask], y[mask]), n)
    errors = [standard_error(whole.value, each) for whole, each in zip((a, b), without, strict=True)]
    published.agrees("crea.deming_jack", [errors[0], *found.intercept.ci, errors[1], *found.slope.ci])
    published.agrees("crea.bias_at_levels", [[e.value, *(e.ci or ())] for e in found.bias_at])


def test_weighted_deming_of_creatinine(published: Published) -> None:
    x, y = creatinine()
    whole = line.weighted_fit(x, y)
    assert whole is not None
    without = line.without_each(lambda mask: line.weighted_fit(x[mask], y[mask]), x.size)
    a, b = jackknifed(whole.intercept, without[0]), jackknifed(whole.slope, without[1])
    published.agrees("crea.wdeming_jack", [a.value, *(a.ci or ()), b.value, *(b.ci or ())])


def test_passing_bablok_of_creatinine(published: Published) -> None:
    x, y = creatinine()
    found = passing_bablok(x, y)
    assert found is not None
    a, b = found.intercept, found.slope
    published.agrees("crea.paba_exact", [b.value, *(b.ci or ())])
    published.agrees("crea.paba_calanas_float", [a.value, *(a.ci or ()), b.value, *(b.ci or ())])
    walk = cusum(x, y, b.value, a.value)
    assert walk is not None
    published.agrees("crea.cusum", [walk.above, walk.below, walk.largest])


def test_slopes_of_sen(published: Published) -> None:
    found = passing_bablok(*numbers("sen.csv", "t", "y"), conf=0.93)
    assert found is not None
    published.agrees("sen.pb", [found.slope.value, *(found.slope.ci or ())])


def test_known_errors_of_arsenate(published: Published) -> None:
    names = ("aas", "aes", "se.aas", "se.aes")
    x, y, error_x, error_y = numbers("arsenate.csv", *names)
    found = line.known_errors_fit(x, y, error_x, error_y)
    published.agrees("arsenate.known_se", [found.intercept, found.slope])
    residuals = line.weighted_residuals(x, y, error_x, error_y, found)
    published.agrees("arsenate.mean_wres2", np.mean(residuals**2))
    without = line.without_each(
        lambda mask: line.known_errors_fit(x[mask], y[mask], error_x[mask], error_y[mask]), x.size
    )
    moved = np.array([without[0] - found.intercept, without[1] - found.slope])
    variances = moved @ moved.T
    published.agrees("arsenate.jack_var", [variances[0, 0], variances[0, 1], variances[1, 1]])


def test_three_chronographs(published: Published) -> None:
    x = np.column_stack(numbers("chronographs.csv", "fotobalk", "counter", "terma"))
    f, c, t = x.T
    v, variances = hat.difference_variances(x), hat.error_variances(x)
    published.agrees("grubbs73.diffvar", [v[0, 1], v[1, 2], v[0, 2]])
    published.agrees("grubbs73.var", variances)
    published.agrees("grubbs73.sd", np.sqrt(variances))
    published.agrees("grubbs73.sd_true", np.sqrt(hat.truth_variance(x)))
    published.agrees("grubbs73.bias", [np.mean(f - c), np.mean(c - t), np.mean(t - f)])
    published.agrees("grubbs73.t_bias_FC", hat.equal_level(f, c).t)
    pair, given_third = hat.equal_precision(f, c), hat.equal_precision(c, f, t)
    against_two = hat.precision_against_two(t, f, c)
    assert pair is not None
    assert given_third is not None
    assert against_two is not None
    published.agrees("grubbs73.t_prec_FC_2instr", pair.t)
    published.agrees("grubbs73.t_prec_FC_3instr", given_third.t)
    published.agrees("grubbs73.t_terma_vs_avg", against_two.t)
    published.agrees("grubbs73.t_terma_level", hat.equal_level(t, (f + c) / 2).t)


@pytest.mark.parametrize("left_out", ["none", "4", "12", "17", "4,12", "4,17", "12,17", "4,12,17"])
def test_three_fuses_by_maximum_likelihood(published: Published, left_out: str) -> None:
    x = np.column_stack(numbers("fuses.csv", "B", "A", "C"))
    x = np.delete(x, [int(item) - 1 for item in left_out.split(",") if item != "none"], axis=0)
    found = hat.most_likely(x)
    published.agrees(
        f"fuse.ml.del_{left_out}",
        [found.level, *found.offsets, found.truth_variance, *found.error_variances],
    )


def test_critical_differences_of_laboratories(published: Published) -> None:
    published.agrees("cd.identity", critical_difference(0.07, 0.15) / (2.8 * 0.15))
    pair = [critical_difference(0.07, 0.15, 2, 2), critical_difference_to_value(0.07, 0.15, 2)]
    published.agrees("cd.example", pair)


def test_robust_means_of_copper(published: Published) -> None:
    (x,) = numbers("copper_flour.csv", "x")
    huber, a = huber_proposal_2(x), algorithm_a(x)
    published.agrees("amc.copper", [huber.mean, huber.sd])
    published.agrees("amc.copper_algA", [a.mean, a.sd])


def test_outliers_of_rosner(published: Published) -> None:
    (x,) = numbers("rosner.csv", "x")
    found = generalised_esd(x, most=10)
    published.agrees("gesd.R", found.deviates)
    published.agrees("gesd.crit", found.critical)
    published.agrees("gesd.n", len(found.places))
    assert found.critical[0] == critical_deviate(x.size)


def test_charts_of_montgomery(published: Published) -> None:
    (x,) = numbers("cusum.csv", "x")
    u = x - 10
    found = charts.cusum_chart(u, 0.5, 5)
    published.agrees("cusum.plus29", found.up[:29])
    assert found.first_alarm is not None
    published.agrees("cusum.first", found.first_alarm + 1)
    ewma = charts.ewma_chart(u, 0.1, 2.7)
    assert ewma.first_alarm is not None
    published.agrees("ewma.first", ewma.first_alarm + 1)


def test_run_lengths(published: Published) -> None:
    published.agrees("arl.deltas", SHIFTS)
    published.agrees("arl.shewhart3", [charts.shewhart_run_length(shift) for shift in SHIFTS])
    cusum_5 = [charts.cusum_run_length(shift, 0.5, 5) for shift in SHIFTS]
    published.agrees("arl.cusum_h4", [charts.cusum_run_length(shift, 0.5, 4) for shift in SHIFTS])
    published.agrees("arl.cusum_h5", cusum_5)
    published.agrees("arl.cusum_h5_published", cusum_5)
    for key, weight, width in (("01", 0.1, 2.814), ("02", 0.2, 2.962), ("04", 0.4, 3.054)):
        published.agrees(
            f"arl.ewma_{key}", [charts.ewma_run_length(shift, weight, width) for shift in SHIFTS]
        )


def test_variances_between_batches_of_dyestuff(published: Published) -> None:
    for name in ("dyestuff", "dyestuff2"):
        found = columns(f"{name}.csv")
        batches = sorted(set(found["batch"]))
        pairs = list(zip(found["batch"], map(float, found["yield"]), strict=True))
        pooled = group_biases([np.array([y for batch, y in pairs if batch == wanted]) for wanted in batches])
        assert pooled is not None
        if name == "dyestuff":
            published.agrees("dyestuff.reml", [pooled.mean, pooled.between, pooled.within])
            published.agrees("dyestuff.blup", [group.shrunken - pooled.mean for group in pooled.groups])
        else:
            published.agrees("dyestuff2.tau2", pooled.between)


def test_decision_risks(published: Published) -> None:
    normal = NormalDist()
    found = []
    for in_tolerance in (0.6, 0.7, 0.8, 0.9, 0.95, 0.99):
        intake = risk.Intake(0, 1 / normal.inv_cdf((1 + in_tolerance) / 2))
        found.append(100 * risk.global_risk((-1, 1), (-1, 1), intake, intake.sd / 4).consumer)
    published.agrees("risk.rp19", found)
    plain = risk.global_risk((-8, 8), (-8, 8), risk.Intake(0, 4), 1)
    published.agrees("risk.deaver", [plain.consumer, plain.producer])
    guarded = risk.global_risk((-2, 2), (-2 * 0.91, 2 * 0.91), risk.Intake(0, 1), 0.5)
    published.agrees("risk.deaver_gb", [guarded.consumer, guarded.producer])
    published.agrees("risk.ilac_wU", 1 - risk.conformance_probability(12.5 + 2 * 0.1, 12.5, 0.1))


def test_limits_of_iso_12099(published: Published) -> None:
    published.agrees("iso12099.Tb_n20", error.bias_limit(1, 20))
    published.agrees("iso12099.uecl_n20_M99", error.unexplained_error_limit(1, 20, 99))
    x, y = creatinine()
    d = differences(y, x)
    bias, sep, slope = error.bias(d), error.sep(d), error.slope_test(y, x)
    assert sep is not None
    assert slope is not None
    published.agrees(
        "iso12099.crea",
        [bias.value, sep.value, *(bias.ci or ()), slope.slope, slope.intercept, slope.residual_sd, slope.t],
    )


def test_every_published_value_is_asked_for(published: Published) -> None:
    texts = re.findall(r'agrees\(\s*f?"([^"]+)"', Path(__file__).read_text(encoding="utf-8"))
    asked = [re.compile(re.sub(r"\\\{.*?\\\}", ".*", re.escape(text))) for text in texts]
    unasked = [key for key in published.expected if not any(pattern.fullmatch(key) for pattern in asked)]
    assert not unasked
