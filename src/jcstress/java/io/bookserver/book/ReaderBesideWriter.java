package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader reads twice while two snapshots are applied: what it sees is complete and never goes back. */
@JCStressTest
@Outcome(id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"}, expect = ACCEPTABLE, desc = "whole books, in order")
@Outcome(id = {"-1, .*", ".*, -1"}, expect = FORBIDDEN, desc = "a mixed book, or a half-built level")
@Outcome(id = {"1, 0", "2, 0", "2, 1"}, expect = FORBIDDEN, desc = "an old book after a newer one")
@State
public class ReaderBesideWriter {
    private final BookRegistry registry = new BookRegistry();

    /** Makes the market known, so that the reader finds it. */
    public ReaderBesideWriter() {
        registry.apply(Fixture.delta(0, 0, 1));
    }

    @Actor
    public void writer() {
        registry.apply(Fixture.snapshot(1));
        registry.apply(Fixture.snapshot(2));
    }

    @Actor
    public void reader(II_Result result) {
        Market market = registry.market(Fixture.TICKER).orElseThrow();
        result.r1 = Fixture.wholeNumber(market.current());
        result.r2 = Fixture.wholeNumber(market.current());
    }
}
