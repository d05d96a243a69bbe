package io.bookserver.testkit;

/** What a server's metrics say, in the text format of Prometheus. */
public final class Metrics {
    private Metrics() {}

    /**
     * The sum of a metric over its tags; 0 where there is none.
     *
     * @param tag what a line must contain to count, {@code outcome="applied"} for instance
     */
    public static double sum(String metrics, String name, String tag) {
        return metrics.lines()
                .filter(line -> (line.startsWith(name + "{") || line.startsWith(name + " ")) && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
