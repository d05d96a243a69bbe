package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the wheel releases what it holds, with a clock of the test. */
class PacerTest {
    private static final int MARKETS = 4;
    private static final Duration HOURS = Duration.ofHours(2);

    private final AtomicLong nowNanos = new AtomicLong(1_000);
    private final Line line = new StreamRig(Limits.WIDE).connect();
    private final Pacer pacer = new Pacer(line.shard(), nowNanos::get);
    private List<ViewInterest<?>> interests;

    @BeforeEach
    void subscribe() throws IOException {
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_tickers\":["
                + IntStream.range(0, MARKETS).mapToObj(market -> "\"M-" + market + '"').collect(Collectors.joining(",")) + "]}}");
        Subscription subscription = line.session().subscriptions().ofKind(ChannelKind.TOP_OF_BOOK).orElseThrow();
        interests = IntStream.range(0, MARKETS).<ViewInterest<?>>mapToObj(
                market -> (ViewInterest<?>) subscription.market("M-" + market)).toList();
    }

    /** Which of them it still holds after so much time. */
    private List<Integer> heldAfter(Duration time) {
        nowNanos.addAndGet(time.toNanos());
        pacer.proceed(Turn.of(HOURS.toNanos()));
        return held();
    }

    private List<Integer> held() {
        return IntStream.range(0, MARKETS).filter(market -> interests.get(market).isHeldBack()).boxed().toList();
    }

    @Test
    void held_untilTheTimeIsOver_andTheTickInWhichItEnds() {
        pacer.hold(interests.get(0), 10);
        pacer.hold(interests.get(1), 12);
        assertThat(heldAfter(Duration.ofNanos(9_999_999))).isEqualTo(List.of(0, 1));
        assertThat(heldAfter(Duration.ofNanos(1))).isEqualTo(List.of(1));
        assertThat(heldAfter(Duration.ofNanos(4_999_999))).isEqualTo(List.of(1));
        assertThat(pacer.isEmpty()).isFalse();
        assertThat(heldAfter(Duration.ofNanos(1))).isEmpty();
        assertThat(pacer.isEmpty()).isTrue();
    }

    @Test
    void turnThatIsOver_leavesTheRestToTheNext() throws IOException {
        for (ViewInterest<?> interest : interests.subList(0, 3)) {
            pacer.hold(interest, 5);
        }
        pacer.hold(interests.get(3), 10);
        nowNanos.addAndGet(Duration.ofMillis(10).toNanos());
        pacer.proceed(Turn.of(0));
        assertThat(held()).isEqualTo(List.of(1, 2, 3));
        assertThat(line.shard().isWorking()).isTrue();
        line.run();
        assertThat(held()).isEmpty();
    }

    /** The wheel is not turned while it is empty. */
    @Test
    void heldLongAfterTheLast_isNotReleasedEarly() {
        pacer.hold(interests.get(0), 5);
        assertThat(heldAfter(Duration.ofMillis(5))).isEmpty();
        nowNanos.addAndGet(Duration.ofSeconds(100).toNanos());
        pacer.hold(interests.get(0), 60_000);
        assertThat(heldAfter(Duration.ofMillis(59_999))).isEqualTo(List.of(0));
        assertThat(heldAfter(Duration.ofMillis(6))).isEmpty();
    }

    @Test
    void heldByALoopThatIsLate_isReleased_whateverIsHeldMeanwhile() {
        pacer.hold(interests.get(0), 5);
        nowNanos.addAndGet(Duration.ofMillis(20).toNanos());
        pacer.hold(interests.get(1), 5);
        assertThat(heldAfter(Duration.ZERO)).isEqualTo(List.of(1));
    }

    /** Otherwise the wheel, which is late, would reach the slot of the newcomer before its time. */
    @Test
    void heldByALoopThatStoodStill_isNotReleasedEarly_andWhatWasDueIsReleasedFirst() {
        pacer.hold(interests.get(0), 1_000);
        pacer.hold(interests.get(1), 1_500);
        pacer.hold(interests.get(2), 60_000);
        nowNanos.addAndGet(Duration.ofSeconds(25).toNanos());
        pacer.hold(interests.get(3), 60_000);
        assertThat(held()).isEqualTo(List.of(2, 3));
        assertThat(heldAfter(Duration.ZERO)).isEqualTo(List.of(2, 3));
        assertThat(heldAfter(Duration.ofSeconds(35))).isEqualTo(List.of(3));
        assertThat(heldAfter(Duration.ofMillis(24_999))).isEqualTo(List.of(3));
        assertThat(heldAfter(Duration.ofMillis(1))).isEmpty();
    }

    /** As late as the wheel may be. */
    @Test
    void heldByALoopThatIsALittleLate_leavesWhatIsDueToItsTurn() {
        pacer.hold(interests.get(0), 1_000);
        nowNanos.addAndGet(Duration.ofMillis(10_240).toNanos());
        pacer.hold(interests.get(1), 60_000);
        assertThat(held()).isEqualTo(List.of(0, 1));
        assertThat(heldAfter(Duration.ofMillis(59_999))).isEqualTo(List.of(1));
        assertThat(heldAfter(Duration.ofMillis(1))).isEmpty();
    }
}
