package io.bookserver.finalcheck;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What a load measures: a line a second, and a table of the seconds behind the warm-up.
 *
 * <p><i>Thread-safe for those who record; {@link #second} and {@link #table} are for one thread.</i>
 */
final class LoadFigures {
    private static final long LONGEST_BUCKET_NANOS = 1_000_000_000;

    /** One kind of duration. */
    static final class Row {
        private final String name;
        private final Recorder recorder = new Recorder(3);
        private final Histogram measured = new Histogram(3);

        private Row(String name) {
            this.name = name;
        }

        void record(long nanos) {
            recorder.recordValue(Math.max(0, nanos));
        }

        private String second(boolean isMeasured) {
            Histogram last = recorder.getIntervalHistogram();
            if (isMeasured) {
                measured.add(last);
            }
            return String.format(Locale.ROOT, "%s n=%d us=%s", name, last.getTotalCount(), microseconds(last, "/"));
        }

        private String line() {
            return String.format(
                    Locale.ROOT, "%-28s %10d %s", name, measured.getTotalCount(), microseconds(measured, ""));
        }

        private static String microseconds(Histogram nanos, String between) {
            String form = between.isEmpty() ? "%12.1f" : "%.1f";
            return List.of(50.0, 99.0, 99.9, 100.0).stream()
                    .map(percentile -> String.format(Locale.ROOT, form, nanos.getValueAtPercentile(percentile) / 1e3))
                    .collect(Collectors.joining(between));
        }
    }

    /** One read of a top of book out of the registry. */
    final Row read = new Row("read");
    /** Decoding and applying one record, as the server's own timer tells it: upper bounds of its buckets. */
    final Row apply = new Row("apply");
    /** From the moment at which a record was due at the producer until readers could see it. */
    final Row visible = new Row("due-to-visible");
    /** The same by the contract's stamps, in whole milliseconds. */
    final Row stamped = new Row("published-to-visible");
    /** One bulk answer over HTTP, from the moment at which it was due to be asked for. */
    final Row rest = new Row("rest");

    private final List<Row> rows = List.of(read, apply, visible, stamped, rest);
    private final Timer applyTimer;
    private final DoubleSupplier applied;
    private final int warmUpSeconds;
    private CountAtBucket[] applyBefore;
    private double appliedBefore;
    private int seconds;

    LoadFigures(Timer applyTimer, DoubleSupplier applied, int warmUpSeconds) {
        this.applyTimer = applyTimer;
        this.applied = applied;
        this.warmUpSeconds = warmUpSeconds;
        this.applyBefore = applyTimer.takeSnapshot().histogramCounts();
        this.appliedBefore = applied.getAsDouble();
    }

    /** The line of the second that has passed. */
    String second() {
        takeApplyTimes();
        double appliedNow = applied.getAsDouble();
        long updates = Math.round(appliedNow - appliedBefore);
        appliedBefore = appliedNow;
        boolean isMeasured = seconds++ >= warmUpSeconds;
        return String.format(Locale.ROOT, "second=%d%s updates=%d %s cpu_process=%.0f%% cpu_machine=%.0f%%", seconds,
                isMeasured ? "" : " (warm-up)", updates,
                rows.stream().map(row -> row.second(isMeasured)).collect(Collectors.joining(" ")),
                system().getProcessCpuLoad() * 100, system().getCpuLoad() * 100);
    }

    String table() {
        String head = String.format(
                "%-28s %10s %12s%12s%12s%12s%n", "microseconds", "count", "p50", "p99", "p99.9", "max");
        return head + rows.stream().map(Row::line).collect(Collectors.joining(System.lineSeparator()));
    }

    /** The timer's buckets only grow: what they grew by is what was timed since the last look. */
    private void takeApplyTimes() {
        CountAtBucket[] now = applyTimer.takeSnapshot().histogramCounts();
        double below = 0;
        for (int i = 0; i < now.length; i++) {
            double cumulative = now[i].count() - applyBefore[i].count();
            long bound = (long) Math.min(now[i].bucket(TimeUnit.NANOSECONDS), LONGEST_BUCKET_NANOS);
            apply.recorder.recordValueWithCount(bound, Math.max(0, Math.round(cumulative - below)));
            below = cumulative;
        }
        applyBefore = now;
    }

    private static com.sun.management.OperatingSystemMXBean system() {
        return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }
}
