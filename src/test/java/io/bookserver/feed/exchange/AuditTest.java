package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The comparison with REST's books, with a clock that the test moves. */
class AuditTest {
    private static final BookLevels OLD = new BookLevels(Map.of(4300, 100L), Map.of());
    private static final BookLevels NEW = new BookLevels(Map.of(4300, 200L), Map.of());
    private static final BookLevels WRONG = new BookLevels(Map.of(4300, 999L), Map.of());

    private final ManualClock clock = new ManualClock();
    private final FakeExchange exchange = new FakeExchange(clock);
    private final ConnectorFigures figures = new ConnectorFigures();
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Set<BookLevels>> states = new HashMap<>();
    private final Audit audit = new Audit(clock, new AuditedBooks() {
        @Override
        public void watch(Collection<String> tickers) {}

        @Override
        public Map<String, Set<BookLevels>> end() {
            return states;
        }
    }, exchange, new RestBudget(clock, 200, 600, new SplittableRandom(1), figures), new SplittableRandom(1),
            figures, 10_000, 100, wrong::add);

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 20) {
            clock.advance(20);
            audit.tick(() -> List.of("A"));
        }
    }

    private void round(BookLevels answer) {
        while (exchange.bookQuestions.isEmpty()) {
            pass(20);
        }
        exchange.bookQuestions.remove(0).answer()
                .accept(new Rest.Answer<>(200, Optional.of(Map.of("A", answer)), ""));
        pass(Audit.SETTLE_MS + 20);
    }

    @Test
    void bookThatHadTheState_isRight_howeverItMovedMeanwhile() {
        states.put("A", Set.of(OLD, NEW));
        for (int i = 0; i < 5; i++) {
            round(OLD);
            round(NEW);
        }
        assertThat(wrong).isEmpty();
        assertThat(figures.audited.sum()).isEqualTo(10);
    }

    @Test
    void bookThatDiffersThreeTimesInARow_isWrong_once() {
        states.put("A", Set.of(OLD, NEW));
        round(WRONG);
        round(WRONG);
        assertThat(wrong).isEmpty();
        round(WRONG);
        assertThat(wrong).containsExactly("A");
        round(OLD);
        assertThat(figures.auditsDiffering.sum()).isEqualTo(1);
    }

    @Test
    void bookThatDiffersNowAndThen_isNotWrong() {
        states.put("A", Set.of(OLD));
        for (int i = 0; i < 5; i++) {
            round(WRONG);
            round(WRONG);
            round(OLD);
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void bookThatIsNotShownAsRight_isNotJudged() {
        for (int i = 0; i < 5; i++) {
            round(WRONG);
        }
        assertThat(figures.audited.sum()).isZero();
        assertThat(wrong).isEmpty();
    }

    @Test
    void questionWithoutAnAnswer_isCounted_andTheNextComes() {
        pass(20);
        exchange.bookQuestions.remove(0).answer().accept(new Rest.Answer<>(503, Optional.empty(), "said by the test"));
        assertThat(figures.auditsFailed.sum()).isEqualTo(1);
        pass(12_000);
        assertThat(exchange.bookQuestions).hasSize(1);
    }
}
