package io.bookserver.chaos.fault;

import io.bookserver.chaos.followers.Followers;
import io.bookserver.chaos.workload.ProxyFeed;
import io.bookserver.chaos.world.World;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does what a plan says, each fault on a thread of its own.
 *
 * <p><i>Confined to the run; the counts may be read when it is over.</i>
 */
public final class Execution {
    private final Map<String, Fault> faults = Faults.all();
    private final Map<String, AtomicInteger> inflicted = new TreeMap<>();
    private final Fault.Reach reach;

    public Execution(World world, ProxyFeed feed, Followers followers) {
        this.reach = new Fault.Reach(world, feed, followers);
    }

    /** Carries the plan out, and waits until the last fault is over. */
    public void run(Plan plan) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        long startMs = System.currentTimeMillis();
        for (Plan.Step step : plan.steps()) {
            Thread.sleep(Math.max(0, startMs + step.atMs() - System.currentTimeMillis()));
            System.out.println(step);
            inflicted.computeIfAbsent(step.fault(), name -> new AtomicInteger()).incrementAndGet();
            threads.execute(() -> inflict(step));
        }
        threads.shutdown();
        if (!threads.awaitTermination(5, TimeUnit.MINUTES)) {
            reach.world().oracle.violated("a fault has not ended within 5 minutes");
            threads.shutdownNow();
        }
    }

    private void inflict(Plan.Step step) {
        try {
            faults.get(step.fault()).inflict(reach, new SplittableRandom(step.seed()), step.durationMs());
        } catch (Exception e) {
            // the fault itself could not be done, which says nothing of the server
            inflicted.get(step.fault()).decrementAndGet();
            System.out.println("not done: " + step + ": " + e);
        }
    }

    public Map<String, AtomicInteger> inflicted() {
        return inflicted;
    }
}
