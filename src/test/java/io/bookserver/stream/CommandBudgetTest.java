package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandBudgetTest {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final AtomicLong nanoClock = new AtomicLong(-SECOND_NANOS / 2);
    private final CommandBudget budget = new CommandBudget(2, 2, 100, nanoClock::get);

    private List<Boolean> take(int times) {
        return IntStream.range(0, times).mapToObj(i -> budget.take(1)).toList();
    }

    @Test
    void budget_withinASecond_endsAtItsLimit() {
        assertThat(take(4)).isEqualTo(List.of(true, true, false, false));
        nanoClock.addAndGet(SECOND_NANOS - 1);
        assertThat(take(1)).isEqualTo(List.of(false));
    }

    @Test
    void budget_inTheNextSecond_isWholeAgain_butNoLarger() {
        take(4);
        nanoClock.addAndGet(SECOND_NANOS);
        assertThat(take(3)).isEqualTo(List.of(true, true, false));
        nanoClock.addAndGet(60 * SECOND_NANOS);
        assertThat(take(3)).isEqualTo(List.of(true, true, false));
    }

    @Test
    void budget_whenTheNanoClockOverflows_goesOn() {
        nanoClock.set(Long.MAX_VALUE);
        CommandBudget late = new CommandBudget(1, 1, 100, nanoClock::get);
        assertThat(late.take(1)).isTrue();
        nanoClock.addAndGet(SECOND_NANOS);
        assertThat(List.of(late.take(1), late.take(1))).isEqualTo(List.of(true, false));
    }

    @Test
    void budget_beyondTwiceItsNumber_isClosedUntilTheNextSecond() {
        take(3);
        assertThat(budget.isOpen()).isTrue();
        take(1);
        assertThat(List.of(budget.isOpen(), budget.nanosLeft())).isEqualTo(List.of(false, SECOND_NANOS));
        nanoClock.addAndGet(SECOND_NANOS);
        assertThat(budget.isOpen()).isTrue();
    }

    @Test
    void budget_beyondItsBytes_isClosedUntilTheNextSecond() {
        assertThat(budget.take(99)).isTrue();
        assertThat(budget.isOpen()).isTrue();
        assertThat(budget.take(1)).isTrue();
        nanoClock.addAndGet(SECOND_NANOS / 4);
        assertThat(List.of(budget.isOpen(), budget.nanosLeft())).isEqualTo(List.of(false, SECOND_NANOS * 3 / 4));
        nanoClock.addAndGet(SECOND_NANOS);
        assertThat(budget.isOpen()).isTrue();
    }

    @Test
    void budget_thatWasNotUsed_isKeptUpToItsNumberAtOnce() {
        CommandBudget atOnce = new CommandBudget(2, 5, 100, nanoClock::get);
        for (int i = 0; i < 5; i++) {
            assertThat(atOnce.take(1)).isTrue();
        }
        assertThat(List.of(atOnce.take(1), atOnce.isOpen(), atOnce.take(1), atOnce.isOpen()))
                .isEqualTo(List.of(false, true, false, false));
        nanoClock.addAndGet(2 * SECOND_NANOS);
        assertThat(IntStream.range(0, 5).mapToObj(i -> atOnce.take(1)).toList())
                .as("two seconds' worth").isEqualTo(List.of(true, true, true, true, false));
        nanoClock.addAndGet(60 * SECOND_NANOS);
        assertThat(IntStream.range(0, 6).mapToObj(i -> atOnce.take(1)).toList())
                .isEqualTo(List.of(true, true, true, true, true, false));
    }

    @Test
    void furtherBytes_countInTheSecondInWhichTheyAreKnown() {
        budget.take(1);
        nanoClock.addAndGet(SECOND_NANOS);
        budget.takeMore(100);
        assertThat(budget.isOpen()).isFalse();
    }
}
