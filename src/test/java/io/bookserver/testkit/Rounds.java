package io.bookserver.testkit;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Results of candidates that are measured in turn, round by round, so that other load on the machine affects all alike.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class Rounds {
    private final Map<String, double[]> byName = new LinkedHashMap<>();
    private final int rounds;

    public Rounds(int rounds) {
        this.rounds = rounds;
    }

    /** Adds the result of that candidate in that round, 0 being the first. */
    public void add(String name, int round, double value) {
        byName.computeIfAbsent(name, fresh -> new double[rounds])[round] = value;
    }

    /** {@code name: median 123 (100..140) unit; rounds 100 123 140}. */
    public String describe(String name, String unit) {
        double[] values = byName.get(name);
        StringBuilder out = new StringBuilder(String.format("%-28s %s %s; rounds", name, spread(values, "%.1f"), unit));
        for (double value : values) {
            out.append(String.format(" %.1f", value));
        }
        return out.toString();
    }

    /** The ratio of two candidates, computed within each round. */
    public String ratio(String name, String limit) {
        double[] values = byName.get(name);
        double[] limits = byName.get(limit);
        double[] ratios = IntStream.range(0, rounds).mapToDouble(i -> values[i] / limits[i]).toArray();
        return String.format("%s / %s: %s", name, limit, spread(ratios, "%.3f"));
    }

    private static String spread(double[] values, String format) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return String.format("median " + format + " (" + format + ".." + format + ")",
                median, sorted[0], sorted[sorted.length - 1]);
    }
}
