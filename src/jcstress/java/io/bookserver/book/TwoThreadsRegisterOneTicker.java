package io.bookserver.book;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.OptionalLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * The first two records of a ticker arrive at once, from two partitions. The results: whether both threads found the
 * same market, how many are counted and listed, and its version, which shows how many updates it has had.
 */
@JCStressTest
@Outcome(id = "true, 1, 2", expect = ACCEPTABLE, desc = "one market that has both updates")
@Outcome(id = "false, .*, .*", expect = FORBIDDEN, desc = "two markets of one ticker")
@Outcome(id = "true, [^1], .*", expect = FORBIDDEN, desc = "counted or listed wrongly")
@Outcome(id = "true, 1, [01]", expect = FORBIDDEN, desc = "an update was lost")
@State
public class TwoThreadsRegisterOneTicker {
    private final BookRegistry registry = new BookRegistry();
    private Market first;
    private Market second;

    @Actor
    public void one() {
        registry.apply(status(0));
        first = registry.market(Fixture.TICKER).orElseThrow();
    }

    @Actor
    public void other() {
        registry.apply(status(1));
        second = registry.market(Fixture.TICKER).orElseThrow();
    }

    @Arbiter
    public void look(ZII_Result result) {
        boolean onceEverywhere = registry.size() == 1 && registry.list("", "", market -> true, 9).size() == 1
                && registry.booksIn(BookState.AWAITING_SNAPSHOT) == 1;
        result.r1 = first == second && registry.market(Fixture.TICKER).orElseThrow() == first
                && registry.list("", "", market -> true, 9).get(0) == first.current();
        result.r2 = onceEverywhere ? 1 : registry.size() == 1 ? 0 : registry.size();
        result.r3 = (int) first.current().version();
    }

    private static MarketStatusChanged status(int partition) {
        return new MarketStatusChanged(Fixture.TICKER, MarketStatusChanged.Event.ACTIVATED, 1,
                OptionalLong.empty(), OptionalLong.empty(), Fixture.delta(partition, 1, 1).stamp());
    }
}
