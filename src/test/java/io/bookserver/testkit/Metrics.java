package io.bookserver.testkit;

/** Parses a server's metrics in the text format of Prometheus. */
public final class Metrics {
    private Metrics() {}

    /**
     * The sum of a metric over its tags; 0 if there is none.
     *
     * @param tag a text that a line must contain to count, for instance {@code outcome="applied"}
     */
    public static double sum(String metrics, String name, String tag) {
        return metrics.lines()
                .filter(line -> (line.startsWith(name + "{") || line.startsWith(name + " ")) && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
