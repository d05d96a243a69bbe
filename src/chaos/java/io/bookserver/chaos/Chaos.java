package io.bookserver.chaos;

import io.bookserver.chaos.fault.Plan;
import io.bookserver.chaos.followers.Followers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Runs the packaged server among faults, seed after seed, and ends with 1 if it ever showed a wrong book as live, lost
 * something or left something behind. {@code ./mvnw -Pchaos verify}; see RELIABILITY.md.
 */
public final class Chaos {
    private Chaos() {
    }

    /**
     * @param args {@code name=value}: {@code seeds} (numbers and ranges by commas, {@code new} for one of the clock), {@code minutes} of
     *     faults for all seeds together, {@code gap} (mean seconds between two faults), {@code longest} (seconds that a fault lasts),
     *     {@code only} (a pattern of faults), {@code weights} (pattern:number by commas, how much more often than others), {@code rate}
     *     (records a second), {@code damaged} and {@code resets} (records and clients a second), {@code reduce} (whether to look for a
     *     smaller case), {@code stop} (whether a seed that fails is the last), {@code folder}
     */
    public static void main(String[] args) throws InterruptedException {
        Followers.takeInLittle();
        Map<String, String> options = Options.read(args, Map.ofEntries(Map.entry("seeds", "1,new"), Map.entry("minutes", "3"),
                Map.entry("gap", "3"), Map.entry("longest", "12"), Map.entry("only", ".*"), Map.entry("weights", ""),
                Map.entry("rate", "600"), Map.entry("markets", "200"), Map.entry("damaged", "20"), Map.entry("resets", "2"),
                Map.entry("reduce", "true"), Map.entry("stop", "false"), Map.entry("folder", "target/chaos")));
        List<Long> seeds = seeds(options.get("seeds"));
        long msEach = (long) (Double.parseDouble(options.get("minutes")) * 60_000 / seeds.size());
        long gapMs = (long) (1_000 * Double.parseDouble(options.get("gap")));
        long longestMs = (long) (1_000 * Double.parseDouble(options.get("longest")));
        Path folder = Path.of(options.get("folder"));
        Run.Load load = new Run.Load(number(options, "markets"), number(options, "rate"), number(options, "damaged"), number(options, "resets"));
        Function<Long, Run> runs = seed -> new Run(seed, folder.resolve("seed-" + seed), load);
        List<Report> reports = new ArrayList<>();
        for (long seed : seeds) {
            Plan plan = Plan.of(seed, msEach, gapMs, longestMs, options.get("only"), Plan.weights(options.get("weights")));
            System.out.println("seed=" + seed + " faults=" + plan.steps().size() + " ms=" + msEach);
            Report report = execute(runs.apply(seed), seed, plan);
            System.out.println(report);
            reports.add(report);
            Report.write(folder.resolve("report.md"), "Options: " + options, reports);
            if (!report.isClean() && Boolean.parseBoolean(options.get("reduce"))) {
                Optional<Plan> smaller = new Reduction(() -> runs.apply(seed)).of(plan, report);
                smaller.ifPresent(found -> System.out.println("seed=" + seed + ": the smallest that shows it:\n" + found));
            }
            if (!report.isClean() && Boolean.parseBoolean(options.get("stop"))) {
                break;
            }
        }
        System.out.println(Report.total(reports));
        boolean isClean = reports.stream().allMatch(Report::isClean);
        System.out.println(isClean ? "chaos: clean" : "chaos: FAILED, seeds " + reports.stream().filter(report -> !report.isClean())
                .map(report -> Long.toString(report.seed())).toList());
        System.exit(isClean ? 0 : 1);
    }

    private static int number(Map<String, String> options, String name) {
        return Integer.parseInt(options.get(name));
    }

    /** Of {@code 1,7,new} or {@code 101-120}. */
    private static List<Long> seeds(String text) {
        List<Long> seeds = new ArrayList<>();
        for (String seed : text.split(",")) {
            if (seed.equals("new")) {
                seeds.add(TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
            } else {
                String[] ends = seed.split("-");
                LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])).forEach(seeds::add);
            }
        }
        return seeds;
    }

    /** One seed's failure, whatever it is, is not the next one's. */
    private static Report execute(Run run, long seed, Plan plan) throws InterruptedException {
        try {
            return run.execute(plan);
        } catch (RuntimeException e) {
            e.printStackTrace();
            return Report.broken(seed, e);
        }
    }
}
