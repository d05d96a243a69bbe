package io.bookserver.chaos;

import io.bookserver.chaos.fault.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs the packaged server among faults, seed after seed, and ends with 1 if it ever showed a wrong book as live, lost
 * something or left something behind. {@code ./mvnw -Pchaos verify}; see RELIABILITY.md.
 */
public final class Chaos {
    private Chaos() {
    }

    /**
     * @param args {@code name=value}: {@code seeds} (numbers by commas, {@code new} for one of the clock), {@code minutes} of faults for all
     *     seeds together, {@code gap} (mean seconds between two faults), {@code longest} (seconds that a fault lasts), {@code only} (a pattern
     *     of faults), {@code rate} (records a second), {@code reduce} (whether to look for a smaller case), {@code folder}
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, String> options = Options.read(args, Map.of("seeds", "1,new", "minutes", "3", "gap", "3", "longest", "12", "only",
                ".*", "rate", "600", "markets", "200", "reduce", "true", "folder", "target/chaos"));
        List<Long> seeds = new ArrayList<>();
        for (String seed : options.get("seeds").split(",")) {
            seeds.add(seed.equals("new") ? TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()) : Long.parseLong(seed));
        }
        long msEach = (long) (Double.parseDouble(options.get("minutes")) * 60_000 / seeds.size());
        long gapMs = (long) (1_000 * Double.parseDouble(options.get("gap")));
        long longestMs = (long) (1_000 * Double.parseDouble(options.get("longest")));
        Function<Long, Run> runs = seed -> new Run(seed, Path.of(options.get("folder"), "seed-" + seed),
                Integer.parseInt(options.get("markets")), Integer.parseInt(options.get("rate")));
        List<Report> reports = new ArrayList<>();
        for (long seed : seeds) {
            Plan plan = Plan.of(seed, msEach, gapMs, longestMs, options.get("only"));
            System.out.println("seed=" + seed + " faults=" + plan.steps().size() + " ms=" + msEach);
            Report report = runs.apply(seed).execute(plan);
            System.out.println(report);
            reports.add(report);
            if (!report.isClean() && Boolean.parseBoolean(options.get("reduce"))) {
                Optional<Plan> smaller = new Reduction(() -> runs.apply(seed)).of(plan, report);
                smaller.ifPresent(found -> System.out.println("seed=" + seed + ": the smallest that shows it:\n" + found));
            }
        }
        System.out.println(Report.total(reports));
        boolean isClean = reports.stream().allMatch(Report::isClean);
        System.out.println(isClean ? "chaos: clean" : "chaos: FAILED, seeds " + reports.stream().filter(report -> !report.isClean())
                .map(report -> Long.toString(report.seed())).toList());
        System.exit(isClean ? 0 : 1);
    }
}
