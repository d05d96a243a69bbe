package io.bookserver.chaos;

import io.bookserver.chaos.fault.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks for the fewest faults of a plan that still make a run fail, by running them again; a chance may hide them. */
final class Reduction {
    private static final int MOST_RUNS = 8;

    private final Supplier<Run> runs;
    private int done;

    Reduction(Supplier<Run> runs) {
        this.runs = runs;
    }

    /** The smallest plan that was seen to fail; empty if none but the whole did. */
    Optional<Plan> of(Plan plan, Report report) throws InterruptedException {
        List<Plan.Step> steps = plan.steps().stream().filter(step -> step.atMs() <= report.counts().getOrDefault("first_problem_after_ms", Long.MAX_VALUE)).toList();
        Optional<Plan> smallest = Optional.empty();
        // what came last before it is the most likely cause
        for (int count = 1; count < 2 * steps.size() && done < MOST_RUNS; count *= 2) {
            Plan last = plan.only(steps.subList(Math.max(0, steps.size() - count), steps.size()));
            if (fails(last)) {
                smallest = Optional.of(last);
                break;
            }
        }
        while (smallest.isPresent() && smallest.get().steps().size() > 1 && done < MOST_RUNS) {
            Optional<Plan> smaller = withoutOne(smallest.get());
            if (smaller.isEmpty()) {
                break;
            }
            smallest = smaller;
        }
        return smallest;
    }

    private Optional<Plan> withoutOne(Plan plan) throws InterruptedException {
        for (int i = 0; i < plan.steps().size() && done < MOST_RUNS; i++) {
            List<Plan.Step> fewer = new ArrayList<>(plan.steps());
            fewer.remove(i);
            if (fails(plan.only(fewer))) {
                return Optional.of(plan.only(fewer));
            }
        }
        return Optional.empty();
    }

    private boolean fails(Plan plan) throws InterruptedException {
        done++;
        long firstMs = plan.steps().get(0).atMs();
        Plan sooner = plan.only(plan.steps().stream().map(step ->
                new Plan.Step(step.atMs() - firstMs + 2_000, step.fault(), step.durationMs(), step.seed())).toList());
        System.out.println("reducing: " + sooner);
        try {
            return !runs.get().execute(sooner).isClean();
        } catch (IllegalStateException e) {
            System.out.println("not finished: " + e);
            return true;
        }
    }
}
