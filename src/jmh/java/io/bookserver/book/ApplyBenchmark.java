package io.bookserver.book;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One change of a ladder of 50 levels, beside the limits: copying the 50 references, and asking the clock.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
@State(Scope.Thread)
public class ApplyBenchmark {
    private static final String TICKER = "KXMLBGAME-26AUG071840NYMPIT-NYM";

    private final UpdateRing ring = new UpdateRing(TICKER);
    private final LongSupplier clockMs = new EpochClock(System::currentTimeMillis);
    private final Level[] levels = levels();
    private BookRegistry registry;
    private int next;

    @Benchmark
    public Level[] limit_copyTheArray() {
        Level[] copy = levels.clone();
        next = next + 1 & UpdateRing.SIZE - 1;
        copy[next % UpdateRing.LEVELS] = levels[0];
        return copy;
    }

    @Benchmark
    public long limit_clock() {
        return clockMs.getAsLong();
    }

    @Benchmark
    public ApplyOutcome registry() {
        if (next == 0) {
            registry = new BookRegistry();
            registry.apply(ring.snapshot());
        }
        ApplyOutcome outcome = registry.apply(ring.change(next));
        next = next + 1 & UpdateRing.SIZE - 1;
        return applied(outcome);
    }

    private static ApplyOutcome applied(ApplyOutcome outcome) {
        if (outcome != ApplyOutcome.APPLIED) {
            throw new IllegalStateException("every change must be applied: " + outcome);
        }
        return outcome;
    }

    private static Level[] levels() {
        Level[] levels = new Level[UpdateRing.LEVELS];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = new Level(100 * (i + 1), 100, UpdateRing.stamp(0), 0);
        }
        return levels;
    }
}
