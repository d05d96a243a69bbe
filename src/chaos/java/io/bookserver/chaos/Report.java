package io.bookserver.chaos;

import io.bookserver.chaos.oracle.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one run showed.
 *
 * @param problems what makes it fail, in words
 * @param counts figures by name
 * @param faults how often each was inflicted
 */
record Report(long seed, Oracle.Score score, List<String> problems, Map<String, Long> counts, Map<String, Integer> faults,
        List<String> lines) {
    boolean isClean() {
        return problems.isEmpty();
    }

    /** All runs together. */
    static String total(List<Report> reports) {
        Map<String, Long> counts = new TreeMap<>();
        Map<String, Integer> faults = new TreeMap<>();
        long judged = 0;
        List<String> problems = new ArrayList<>();
        for (Report report : reports) {
            judged += report.score.judged();
            report.counts.forEach((name, count) -> counts.merge(name, count, Long::sum));
            report.faults.forEach((name, count) -> faults.merge(name, count, Integer::sum));
            report.problems.forEach(problem -> problems.add("seed " + report.seed + ": " + problem));
        }
        return "total seeds=" + reports.size() + " live_books_judged=" + judged + " problems=" + problems.size() + "\n  " + counts
                + "\n  faults " + faults;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed=" + seed + " " + score + "\n  " + counts + "\n  faults " + faults);
        lines.forEach(line -> text.append("\n  ").append(line));
        problems.forEach(problem -> text.append("\n  PROBLEM ").append(problem));
        return text.toString();
    }
}
