package io.bookserver.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * The results of one measurement, as named values in display order.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class Result {
    /** The options of the measurement; too long for a table. */
    static final String ARGS = "args";
    /** The kinds of hostile clients that did nothing; such a measurement is void. */
    static final String HOSTILE_IDLE = "hostile_idle";

    private final Map<String, String> values = new LinkedHashMap<>();

    Result put(String name, Object value) {
        values.put(name, value instanceof Double number ? String.format(Locale.ROOT, "%.2f", number) : value.toString());
        return this;
    }

    /** Appends the values of another result. */
    Result putAll(Result other) {
        values.putAll(other.values);
        return this;
    }

    /** Adds the percentiles, in milliseconds. */
    Result latencies(String prefix, Histogram nanos) {
        put(prefix + "p50_ms", nanos.getValueAtPercentile(50) / 1e6);
        put(prefix + "p90_ms", nanos.getValueAtPercentile(90) / 1e6);
        put(prefix + "p99_ms", nanos.getValueAtPercentile(99) / 1e6);
        put(prefix + "p99.9_ms", nanos.getValueAtPercentile(99.9) / 1e6);
        return put(prefix + "max_ms", nanos.getMaxValue() / 1e6);
    }

    String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** That value as a number; NaN if it is not one. */
    double number(String name) {
        try {
            return Double.parseDouble(get(name));
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** One line per value, one column per result, so that many values fit next to few results. */
    static String table(List<Result> results) {
        var names = names(results).stream().filter(name -> !name.equals(ARGS)).toList();
        var out = new StringBuilder();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        for (String name : names) {
            out.append(String.format(Locale.ROOT, "%-" + width + "s", name));
            results.forEach(one -> out.append(String.format(Locale.ROOT, " %12s", one.get(name))));
            out.append('\n');
        }
        return out.toString();
    }

    /** Medians with the lowest and highest values of repeated measurements, and the comparison of the variants. */
    static String medians(List<Result> results) {
        Map<String, List<Result>> byVariant = results.stream().collect(
                Collectors.groupingBy(one -> one.get("variant"), LinkedHashMap::new, Collectors.toList()));
        var out = new StringBuilder();
        for (String name : List.of(
                "p50_ms", "p99_ms", "p99.9_ms", "messages_per_s", "wire_bytes_each", "ping_p99_ms", "ping_max_ms", "server_cpu_s", "gc_total_ms", "gc_max_ms", "server_rss_mb")) {
            List<Double> medians = new ArrayList<>();
            out.append(String.format(Locale.ROOT, "%-15s", name));
            byVariant.forEach((variant, ofOne) -> {
                double[] sorted = ofOne.stream().mapToDouble(one -> one.number(name)).sorted().toArray();
                medians.add((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
                double median = medians.get(medians.size() - 1);
                out.append(String.format(Locale.ROOT, "  %s: %.2f (%.2f to %.2f)", variant,
                        median, sorted[0], sorted[sorted.length - 1]));
                if (medians.size() > 1) {
                    out.append(String.format(Locale.ROOT, " = %.2f A", median / medians.get(0)));
                }
            });
            out.append('\n');
        }
        return out.toString();
    }

    /** Writes all results, one line each, below a header with all their names. */
    static void write(List<Result> results, Path csv) throws IOException {
        Files.createDirectories(csv.getParent());
        var names = names(results);
        List<String> lines = new ArrayList<>(List.of(line(names)));
        results.forEach(one -> lines.add(line(names.stream().map(one::get).toList())));
        Files.write(csv, lines);
    }

    private static List<String> names(List<Result> results) {
        return results.stream().flatMap(one -> one.values.keySet().stream()).distinct().toList();
    }

    private static String line(List<String> values) {
        return values.stream().map(value -> '"' + value.replace("\"", "\"\"") + '"').collect(Collectors.joining(","));
    }
}
