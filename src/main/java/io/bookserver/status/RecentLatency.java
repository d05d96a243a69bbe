package io.bookserver.status;

import io.bookserver.kalshi.JsonBytes;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.TimeWindowPercentileHistogram;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;

/**
 * Percentiles of a latency over the last ten seconds, in milliseconds, 0 to a minute; longer ones count as a minute.
 *
 * <p><i>Thread-safe: writers do not wait for readers.</i>
 */
public final class RecentLatency {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    /** The window moves in steps of a fifth. */
    private static final int PARTS = 5;
    private static final double MAX_MS = 60_000;
    private static final double[] PERCENTILES = {0.5, 0.99, 1};
    private static final String[] NAMES = {"p50", "p99", "max"};

    private final TimeWindowPercentileHistogram histogram;

    public RecentLatency() {
        this(Clock.SYSTEM);
    }

    RecentLatency(Clock clock) {
        histogram = new TimeWindowPercentileHistogram(clock, DistributionStatisticConfig.builder()
                .percentiles(PERCENTILES).percentilePrecision(2).expiry(WINDOW).bufferLength(PARTS)
                .minimumExpectedValue(1.0).maximumExpectedValue(MAX_MS)
                .build().merge(DistributionStatisticConfig.DEFAULT), false);
    }

    /** Records a latency; a negative one, caused by differing clocks, counts as 0. */
    public void record(long ms) {
        // values begin at 1, the smallest that such a histogram can distinguish
        histogram.recordLong(1 + Math.max(0, Math.min(ms, (long) MAX_MS - 1)));
    }

    /** {@code {"p50":1,"p99":4,"max":9}}, each null if nothing was recorded. */
    public void write(JsonBytes out) {
        HistogramSnapshot snapshot = histogram.takeSnapshot(0, 0, 0);
        ValueAtPercentile[] values = snapshot.percentileValues();
        out.ascii("{");
        for (int i = 0; i < NAMES.length; i++) {
            out.ascii("\"").ascii(NAMES[i]).ascii("\":");
            if (values[i].value() == 0) {
                out.ascii("null,");
            } else {
                out.number(Math.round(values[i].value()) - 1).ascii(",");
            }
        }
        out.dropLast(',').ascii("}");
    }
}
