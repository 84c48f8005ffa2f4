"""200 random data sets agree with R where it computes the same: each by another way than ours."""

from pathlib import Path

import numpy as np
import pytest

from station.lab.statistics.agreement_limits import agreement_limits
from station.lab.statistics.concordance import concordance
from station.lab.statistics.control_charts import cusum_run_length, ewma_run_length, shewhart_run_length
from station.lab.statistics.deming import fit
from station.lab.statistics.distributions import chi2_quantile, f_quantile, t_quantile
from station.lab.statistics.groups import group_biases
from station.lab.statistics.prediction_error import bias, slope_test
from station.lab.statistics.robust import huber_proposal_2
from station.lab.statistics.three_way import equal_precision
from station.lab.statistics.values import Values
from tests.lab.statistics.against_r import needs_r, r

pytestmark = [pytest.mark.long, needs_r, pytest.mark.timeout(600)]
SETS = 200


def random_pairs(seed: int) -> list[Values]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(SETS):
        n = int(rng.integers(5, 120))
        truth = rng.normal(12, rng.uniform(0.3, 3), n)
        scatter = rng.uniform(0.01, 0.8, 2)
        x = truth[:, None] * [1, rng.uniform(0.6, 1.4)] + rng.normal(0, 1, (n, 2)) * scatter
        found.append(np.round(x, int(rng.integers(1, 5))) if rng.random() < 0.7 else x)
    return found


@pytest.mark.parametrize("ratio", [0.04, 1.0, 9.0])
def test_deming_is_the_first_principal_component_of_scaled_axes(tmp_path: Path, ratio: float) -> None:
    tables = random_pairs(1)
    script = f"""
  v <- prcomp(cbind(m[, 1], sqrt({ratio}) * m[, 2]))$rotation[, 1]
  b <- v[2] / v[1] / sqrt({ratio})
  out <- c(mean(m[, 2]) - b * mean(m[, 1]), b)"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        found = fit(table[:, 0], table[:, 1], ratio)
        assert found is not None
        assert [found.intercept, found.slope] == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_exact_limits_bias_and_slope(tmp_path: Path) -> None:
    tables = random_pairs(2)
    script = """
  x <- m[, 1]; y <- m[, 2]; d <- y - x; n <- length(d); z <- qnorm(.975)
  q <- qt(c(.975, .025), n - 1, z * sqrt(n)) / sqrt(n)
  l <- summary(lm(x ~ y))$coefficients
  out <- c(mean(d) + q * sd(d), t.test(y, x, paired = TRUE)$conf.int, l[, 1], abs(l[2, 1] - 1) / l[2, 2])"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        x, y = table.T
        limits, slope = agreement_limits(y - x), slope_test(y, x)
        assert limits is not None
        assert slope is not None
        found = [limits.outer[1], limits.inner[1], *(bias(y - x).ci or ())]
        found += [slope.intercept, slope.slope, slope.t or 0]
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_quantiles(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    tables = [np.array([[rng.uniform(0.001, 0.999), *np.exp(rng.uniform(0, 8, 2))]]) for _ in range(SETS)]
    script = "out <- c(qt(m[1], m[2]), qchisq(m[1], m[2]), qf(m[1], m[2], m[3]))"
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        p, df1, df2 = (float(value) for value in table[0])
        found = [t_quantile(p, df1), chi2_quantile(p, df1), f_quantile(p, df1, df2)]
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_robust_means(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    tables = []
    for _ in range(SETS):
        values = rng.normal(12, 1, int(rng.integers(20, 80)))
        values[: int(rng.integers(0, 4))] += 20
        tables.append(values[:, None])
    script = "h <- MASS::hubers(m[, 1], k = 1.5, tol = 1e-10); out <- c(h$mu, h$s)"
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        found = huber_proposal_2(table[:, 0])
        # R ends after 30 rounds: some sets are then still on their way
        assert [found.mean, found.sd] == pytest.approx(expected, rel=1e-4)


def test_precision_given_a_third_method(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    tables = [
        rng.normal(12, 1, (20, 1)) + rng.normal(0, 1, (20, 3)) * rng.uniform(0.1, 1, 3) for _ in range(SETS)
    ]
    script = """
  a <- m[, 1] - m[, 3]; b <- m[, 2] - m[, 3]
  out <- unname(cor.test(a + b, a - b)$statistic)"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        found = equal_precision(*table.T)
        assert found is not None
        assert [found.t] == pytest.approx(expected, rel=1e-8)


def test_variances_between_and_within_groups(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    tables = []
    for _ in range(SETS):
        sizes = rng.integers(1, 12, int(rng.integers(4, 20)))
        sizes[0] = max(2, sizes[0])
        group = np.repeat(np.arange(sizes.size), sizes)
        level = rng.normal(0, rng.choice([0.0, 0.1, 1.0]), sizes.size)
        tables.append(np.column_stack([group, level[group] + rng.normal(0, 0.3, group.size)]))
    script = """
  d <- data.frame(g = factor(m[, 1]), y = m[, 2])
  f <- suppressMessages(lme4::lmer(y ~ 1 + (1 | g), d, control = lme4::lmerControl(
    optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10), check.nobs.vs.nlev = "ignore",
    check.nobs.vs.nRE = "ignore")))
  v <- as.data.frame(lme4::VarCorr(f))$vcov
  out <- c(lme4::fixef(f), v, lme4::ranef(f)$g[, 1])"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        parts = [table[table[:, 0] == name, 1] for name in np.unique(table[:, 0])]
        found = group_biases(parts)
        assert found is not None
        numbers = [found.mean, found.between, found.within, *(g.shrunken - found.mean for g in found.groups)]
        assert numbers == pytest.approx(expected, rel=2e-4, abs=2e-5)


def test_run_lengths_of_charts(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    tables = [
        np.array(
            [
                [
                    rng.uniform(0, 3),
                    rng.uniform(0.25, 1),
                    rng.uniform(2, 6),
                    rng.uniform(0.05, 0.5),
                    rng.uniform(2.2, 3),
                ]
            ]
        )
        for _ in range(SETS)
    ]
    script = """
  out <- c(spc::xcusum.arl(m[2], m[3], m[1], sided = "two", r = 60),
    spc::xewma.arl(m[4], m[5], m[1], sided = "two", r = 60),
    1 / (pnorm(-m[5] - m[1]) + pnorm(-m[5] + m[1])))"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        shift, allowance, decision, weight, width = (float(value) for value in table[0])
        found = [
            cusum_run_length(shift, allowance, decision),
            ewma_run_length(shift, weight, width),
            shewhart_run_length(shift, width),
        ]
        assert found == pytest.approx(expected, rel=2e-4)


def test_concordance_from_its_definition(tmp_path: Path) -> None:
    tables = random_pairs(8)
    script = """
  x <- m[, 1]; y <- m[, 2]; k <- (length(x) - 1) / length(x)
  out <- 2 * k * cov(x, y) / (k * var(x) + k * var(y) + (mean(x) - mean(y))^2)"""
    for table, expected in zip(tables, r(tmp_path, script, tables), strict=True):
        found = concordance(*table.T)
        assert found is not None
        assert [found.value] == pytest.approx(expected, rel=1e-9)
