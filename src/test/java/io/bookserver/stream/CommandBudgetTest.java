package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandBudgetTest {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final AtomicLong nanoClock = new AtomicLong(-SECOND_NANOS / 2);
    private final CommandBudget budget = new CommandBudget(2, nanoClock::get);

    private List<Boolean> take(int times) {
        return IntStream.range(0, times).mapToObj(i -> budget.take()).toList();
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
        CommandBudget late = new CommandBudget(1, nanoClock::get);
        assertThat(late.take()).isTrue();
        nanoClock.addAndGet(SECOND_NANOS);
        assertThat(List.of(late.take(), late.take())).isEqualTo(List.of(true, false));
    }
}
