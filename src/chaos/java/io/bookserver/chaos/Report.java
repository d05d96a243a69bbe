package io.bookserver.chaos;

import io.bookserver.chaos.oracle.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one run showed.
 *
 * @param problems what makes it fail, in words
 * @param counts figures by name
 * @param faults how often each was inflicted
 */
record Report(long seed, Oracle.Score score, List<String> problems, Map<String, Long> counts, Map<String, Integer> faults,
        List<String> lines) {
    /** Of the counts and the score, what the table shows, in order. */
    private static final List<String> COLUMNS = List.of("faults", "kills_server", "kills_broker", "kills_connector", "freezes",
            "mutated", "abrupt_disconnects", "live_books_judged", "wrong", "late", "silent", "left_behind", "not_live", "healed_after_ms", "problems");

    boolean isClean() {
        return problems.isEmpty();
    }

    /** A run that could not be finished. */
    static Report broken(long seed, Exception failure) {
        return new Report(seed, new Oracle().score(), List.of("the run was not finished: " + failure), Map.of(), Map.of(), List.of());
    }

    private Map<String, Long> figures() {
        Map<String, Long> figures = new TreeMap<>(counts);
        figures.putAll(Map.of("live_books_judged", score.judged(), "wrong", score.wrong(), "late", score.late(), "silent",
                score.silent(), "problems", (long) problems.size()));
        return figures;
    }

    private static Map<String, Long> sums(List<Report> reports) {
        Map<String, Long> sums = new TreeMap<>();
        reports.forEach(report -> report.figures().forEach((name, figure) -> sums.merge(name, figure, Long::sum)));
        return sums;
    }

    private static Map<String, Integer> faults(List<Report> reports) {
        Map<String, Integer> faults = new TreeMap<>();
        reports.forEach(report -> report.faults.forEach((name, count) -> faults.merge(name, count, Integer::sum)));
        return faults;
    }

    /** All runs together. */
    static String total(List<Report> reports) {
        return "total seeds=" + reports.size() + "\n  " + sums(reports) + "\n  faults " + faults(reports);
    }

    /** Writes what the runs so far have shown as a table, its last row their sum, and every problem below it. */
    static void write(Path file, String title, List<Report> reports) {
        StringBuilder text = new StringBuilder(title + "\n\n| seed | " + String.join(" | ", COLUMNS).replace('_', ' ') + " |\n|---:"
                + "|---:".repeat(COLUMNS.size()) + "|\n");
        reports.forEach(report -> text.append(row(Long.toString(report.seed), report.figures())));
        text.append(row("all " + reports.size(), sums(reports)));
        text.append("\nFaults: ").append(faults(reports)).append("\n");
        reports.forEach(report -> report.problems.forEach(problem -> text.append("\n- seed ").append(report.seed).append(": ").append(problem)));
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.append("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String row(String name, Map<String, Long> figures) {
        return "| " + name + " | " + COLUMNS.stream().map(column -> figures.containsKey(column)
                ? String.format("%,d", figures.get(column)) : "-").collect(Collectors.joining(" | ")) + " |\n";
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed=" + seed + " " + score + "\n  " + counts + "\n  faults " + faults);
        lines.forEach(line -> text.append("\n  ").append(line));
        problems.forEach(problem -> text.append("\n  PROBLEM ").append(problem));
        return text.toString();
    }
}
