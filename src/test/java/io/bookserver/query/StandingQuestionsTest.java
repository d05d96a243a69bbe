package io.bookserver.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.query.StandingQuestions.Source;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StandingQuestionsTest {
    private static final byte[] QUESTION = "the bytes that ask".getBytes(UTF_8);

    private final BookRegistry registry = new BookRegistry(() -> 1_786_085_189_150L);
    private final StandingQuestions standing = new StandingQuestions(registry, 1 << 20);
    private long offset;

    @Test
    void answer_askedAgain_isThatOfTheMarketsAsTheyAreNow() throws MalformedRecordException {
        long seed = System.nanoTime();
        System.out.println("StandingQuestionsTest seed=" + seed);
        Random random = new Random(seed);
        List<String> tickers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            snapshot("SQ-" + i, 100);
            tickers.add("SQ-" + i);
        }
        tickers.add("SQ-NOT-KNOWN");
        tickers.add("SQ-0");
        for (int round = 0; round < 500; round++) {
            for (int change = random.nextInt(4); change > 0; change--) {
                // of one to eight digits, so that the answer's pieces change their lengths
                snapshot("SQ-" + random.nextInt(20), 1 + random.nextInt((int) Math.pow(10, 1 + random.nextInt(7))));
            }
            assertThat(ask(QUESTION, tickers)).as("round %d", round).isEqualTo(askFirst(tickers));
        }
        assertThat(standing.size()).isEqualTo(1);
    }

    @Test
    void answer_ofAllMarkets_hasThoseThatCameSince() throws MalformedRecordException {
        snapshot("SQ-B", 1);
        for (int asked = 0; asked < 3; asked++) {
            assertThat(askForAll()).contains("SQ-B").doesNotContain("SQ-A");
        }
        snapshot("SQ-A", 1);
        assertThat(askForAll()).containsSubsequence("SQ-A", "SQ-B");
    }

    @Test
    void answer_namingAMarketThatCameSince_hasIt() throws MalformedRecordException {
        snapshot("SQ-B", 1);
        for (int asked = 0; asked < 3; asked++) {
            assertThat(ask(QUESTION, List.of("SQ-A", "SQ-B"))).endsWith("\"not_found\":[\"SQ-A\"]}");
        }
        snapshot("SQ-A", 1);
        assertThat(ask(QUESTION, List.of("SQ-A", "SQ-B"))).endsWith("\"not_found\":[]}").containsSubsequence("SQ-A", "SQ-B");
    }

    @Test
    void answer_withoutAnyMarket_isEmpty() {
        for (int asked = 0; asked < 3; asked++) {
            assertThat(askForAll()).isEqualTo("{\"as_of_ms\":1786085189150,\"books\":[],\"not_found\":[]}");
        }
    }

    @Test
    void question_isReadOnce_asLongAsNoMarketComes() throws MalformedRecordException {
        snapshot("SQ-A", 1);
        List<String> read = new ArrayList<>();
        for (String source : List.of("BODY", "BODY", "QUERY_STRING", "QUERY_STRING", "BODY")) {
            text(standing.answer(Source.valueOf(source), QUESTION, () -> {
                read.add(source);
                return StandingQuestion.named(registry, List.of("SQ-A"));
            }));
        }
        assertThat(read).isEqualTo(List.of("BODY", "QUERY_STRING"));
    }

    @Test
    void question_thatIsRefused_isNotRemembered() {
        Supplier<StandingQuestion> refusing = () -> {
            throw QueryException.badRequest("body", "is empty");
        };
        for (int asked = 0; asked < 2; asked++) {
            assertThatThrownBy(() -> standing.answer(Source.BODY, QUESTION, refusing)).isInstanceOf(QueryException.class);
        }
        assertThat(standing.size()).isZero();
        assertThat(standing.retainedBytes()).isZero();
    }

    @Test
    void questions_beyondTheLimit_areForgotten_theLongestUnaskedFirst() throws MalformedRecordException {
        snapshot("SQ-A", 1);
        ask(QUESTION, List.of("SQ-A"));
        ask(QUESTION, List.of("SQ-A"));
        long forThree = 7 * standing.retainedBytes() / 2;
        var few = new StandingQuestions(registry, forThree);
        List<Integer> read = new ArrayList<>();
        for (int question : List.of(1, 1, 2, 2, 1, 3, 3, 1, 4, 4, 5, 5, 1, 2)) {
            text(few.answer(Source.BODY, new byte[] {(byte) question}, () -> {
                read.add(question);
                return StandingQuestion.named(registry, List.of("SQ-A"));
            }));
            assertThat(few.retainedBytes()).isBetween(1L, forThree);
        }
        assertThat(read).isEqualTo(List.of(1, 2, 3, 4, 5, 2));
    }

    @Test
    void nothing_isRemembered_whereThatIsForbidden() throws MalformedRecordException {
        snapshot("SQ-A", 1);
        var none = new StandingQuestions(registry, 0);
        for (int asked = 0; asked < 3; asked++) {
            assertThat(text(none.answer(Source.NONE, QUESTION, () -> StandingQuestion.ofAll(registry)))).contains("SQ-A");
            assertThat(none.size()).isZero();
            assertThat(none.retainedBytes()).isZero();
        }
    }

    private String ask(byte[] question, List<String> tickers) {
        return text(standing.answer(Source.BODY, question, () -> StandingQuestion.named(registry, tickers)));
    }

    private String askForAll() {
        return text(standing.answer(Source.NONE, QUESTION, () -> StandingQuestion.ofAll(registry)));
    }

    private String askFirst(List<String> tickers) {
        return text(StandingQuestion.named(registry, tickers).answer(registry::nowMs));
    }

    private static String text(Buffer answer) {
        String text = answer.toString(UTF_8);
        answer.getByteBuf().release();
        return text;
    }

    private void snapshot(String ticker, int contracts) throws MalformedRecordException {
        String value = "{\"payload\":{\"type\":\"orderbook_snapshot\",\"msg\":{\"market_ticker\":\"" + ticker
                + "\",\"yes_dollars_fp\":[[\"0.4200\",\"" + contracts + ".00\"]]}},\"publishedTimestamp\":2}";
        registry.apply(new EnvelopeDecoder().decode(value.getBytes(UTF_8), 0, offset++, 0, 5).orElseThrow());
    }
}
