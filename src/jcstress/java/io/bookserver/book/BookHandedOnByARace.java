package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A snapshot that one thread hands to another through a plain field, without any ordering, is still whole. */
@JCStressTest
@Outcome(id = "-2", expect = ACCEPTABLE, desc = "nothing handed on yet")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "a whole book")
@Outcome(id = "-1", expect = FORBIDDEN, desc = "a half-built level, ladder or book")
@State
public class BookHandedOnByARace {
    private final BookRegistry registry = new BookRegistry();
    private MarketSnapshot handedOn;

    public BookHandedOnByARace() {
        registry.apply(Fixture.delta(0, 0, 1));
    }

    @Actor
    public void writer() {
        registry.apply(Fixture.snapshot(1));
        handedOn = registry.market(Fixture.TICKER).orElseThrow().current();
    }

    @Actor
    public void taker(I_Result result) {
        MarketSnapshot taken = handedOn;
        result.r1 = taken == null ? -2 : Fixture.wholeNumber(taken);
    }
}
