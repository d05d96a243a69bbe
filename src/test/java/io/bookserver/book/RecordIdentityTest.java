package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The table of the contract's rule 2, one test per row, each with the boundaries to its neighbours. The first column
 * has the records on which the book is based, the second the record to judge, the third the result: {@code taken} (a
 * snapshot is accepted), {@code applied} (a delta), {@code passed} (ignored, nothing changes), {@code stale} (ignored,
 * and the live book becomes stale).
 *
 * <p>A record is written {@code S} (snapshot) or {@code D} (delta), {@code c7} (connection 7), {@code 1:10} (sid 1,
 * seq 10), {@code @50} (received by the proxy at 50 ms), {@code k60} (Kafka timestamp 60 ms; 1000 ms if
 * omitted). What is omitted is absent in the envelope. {@code D 1:2..9 @50} is one delta for each seq of the
 * range, all at 50 ms.
 */
class RecordIdentityTest {
    private static final String TICKER = "KXTABLE-26NOV23-A";
    private static final long START_MS = 1_786_085_000_000L;

    private final ServedBooks served = new ServedBooks(() -> START_MS + 5_000);
    private final ReferenceBook reference = new ReferenceBook();
    private long offset = -1;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S c5 1:10 @50 | S c4 1:11 @60 | passed
            S c5 1:10 @50 | S c4 9:99 @60 | passed
            S c5 1:10 @50 | D c4 1:11 @60 | passed
            S c5 1:10 @50 | D c4 1:9  @40 | passed
            S c5 1:10 @50 | D c4 2:11 @60 | passed
            S c5 1:10 @50 | S c4      @60 | passed
            S c5 1:10 @50 | D c4      @60 | passed
            S c5      @50 | D c4 1:11 @60 | passed
            """)
    void record_ofASmallerConnection_isSuperseded(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S c5 1:10 @50               | S c6 1:1  @60 | taken
            S c5 1:10 @50               | S c6 1:10 @50 | taken
            S c5 1:10 @50               | S c6 1:10 @40 | taken
            S c5 3:10 @50               | S c6 1:11 @50 | taken
            S c5 1:10 @50; D c5 1:20 @70 | S c6 1:15 @60 | taken
            S c5 1:10 @50               | S c6      @40 | taken
            """)
    void snapshot_ofALargerConnection_isTakenWhateverTheClockSays(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S c5 1:10 @50 | D c6 1:11 @60 | stale
            S c5 1:10 @50 | D c6 1:2  @60 | stale
            S c5 1:10 @50 | D c6 1:2  @40 | stale
            S c5 1:10 @50 | D c6 2:11 @60 | stale
            S c5 1:10 @50 | D c6      @60 | stale
            """)
    void delta_ofALargerConnection_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50               | S    1:10 @50 | passed
            S c5 1:10 @50               | S c5 1:10 @50 | passed
            S c5 1:10 @50               | S c5 1:10 @60 | passed
            S c5 1:10 @50               | S c5 1:10 @40 | passed
            S    1:10 @50; D 1:20 @70   | S    1:10 @50 | passed
            S c5 1:10 @50               | S    1:10 @50 | passed
            S    1:10 @50               | S c5 1:10 @50 | passed
            S    1:10     k50           | S    1:10 k50 | passed
            S    1:10 @50               | S    1:10 @51 | taken
            S    1:10 @50               | S    2:10 @50 | taken
            S    1:10     k50           | S    1:10 k51 | taken
            """)
    void snapshot_thatTheBookStandsOn_isARepeat(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S c5 2:10 @50 | S c5 1:10 @60 | passed
            S c5 2:10 @50 | S c5 1:99 @60 | passed
            S c5 2:10 @50 | S c5 2:9  @60 | passed
            S c5 2:10 @50 | S c5 2:9  @40 | passed
            S c5 2:10 @50 | S c5 2:11 @40 | taken
            S c5 2:10 @50 | S c5 3:1  @40 | taken
            """)
    void snapshot_ofTheSameConnectionBelowTheOneStoodOn_isAnOlderOneAgain(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50; D    1:20 @70 | S    1:11 @50 | passed
            S    1:10 @50; D    1:20 @70 | S    1:15 @60 | passed
            S    1:10 @50; D    1:20 @70 | S    1:20 @70 | passed
            S    1:10 @50; D    1:20 @70 | S    1:15 @71 | taken
            S    1:10 @50; D    1:20 @70 | S    1:15 @49 | stale
            S    1:10 @50; D    1:20 @70 | S    1:21 @60 | taken
            S    1:10 @50; D    1:20 @70 | S    2:15 @60 | taken
            S    1:10 @50; D    1:20 @70 | S    1:10 @60 | taken
            S    1:10 @50; D    1:20 @70; D 1:15 @60 | S 1:16 @65 | passed
            S c5 1:10 @50; D c5 1:20 @70 | S c5 1:15 @60 | passed
            S c5 1:10 @50; D c5 1:20 @70 | S c5 1:20 @99 | passed
            S c5 1:10 @50; D c5 1:20 @70 | S c5 1:11 @40 | passed
            S c5 1:10 @50; D c5 1:20 @70 | S c5 1:21 @40 | taken
            S c5 1:10 @50; D    1:20 @70 | S    1:15 @60 | passed
            """)
    void snapshot_betweenTheOneStoodOnAndTheLast_isLate(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50 | S    1:10 @49 | stale
            S    1:10 @50 | S    1:11 @49 | stale
            S    1:10 @50 | S    2:1  @49 | stale
            S    1:10 @50 | S    2:1  @50 | taken
            S    1:10 @50 | S    1:11 @50 | taken
            S    1:10 @50 | S    1:9  @50 | taken
            S c5 1:10 @50 | S    1:11 @49 | stale
            S    1:10 @50 | S c5 1:11 @49 | stale
            S    1:10     k50 | S 1:11 k49 | stale
            S         @50 | S    1:1  @49 | stale
            S    1:10 @50 | S         @49 | taken
            """)
    void snapshot_receivedBeforeTheOneStoodOn_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:500 @50 | S    1:1 @60 | taken
            S    2:500 @50 | S    1:1 @60 | taken
            S    1:500 @50 | S    2:1 @60 | taken
            S c5 1:500 @50 | S    1:1 @60 | taken
            S    1:500 @50 | S c5 1:1 @60 | taken
            S    1:500 @50 | S        @60 | taken
            S          @50 | S    1:1 @50 | taken
            S c5       @50 | S c5 1:1 @40 | taken
            """)
    void snapshot_ofANewConnection_isTaken(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    2:10 @50 | D    1:11 @60 | stale
            S    2:10 @50 | D    3:11 @60 | stale
            S    2:10 @50 | D    1:9  @40 | stale
            S c5 2:10 @50 | D c5 3:1  @60 | stale
            S c5 2:10 @50 | D c5 3:11 @40 | stale
            S c5 2:10 @50 | D    1:9  @40 | stale
            S    2:10 @50 | D c5 1:9  @40 | stale
            """)
    void delta_ofAnotherSid_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S c5 2:10 @50 | D c5 1:11 @60 | passed
            S c5 2:10 @50 | D c5 1:9  @40 | passed
            """)
    void delta_ofAnEarlierSidOfTheSameConnection_isSuperseded(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50 | D    1:10 @50 | passed
            S    1:10 @50 | D    1:9  @49 | passed
            S    1:10 @50 | D    1:9  @50 | passed
            S c5 1:10 @50 | D c5 1:10 @60 | passed
            S c5 1:10 @50 | D c5 1:9  @40 | passed
            S c5 1:10 @50 | D    1:9  @40 | passed
            """)
    void delta_thatTheSnapshotHas_isARepeat(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50               | D    1:11 @49 | stale
            S    1:10 @50; D 1:20 @70   | D    1:15 @49 | stale
            S    1:10 @50               | D    1:11 @50 | applied
            S c5 1:10 @50               | D c5 1:11 @49 | applied
            S c5 1:10 @50               | D    1:11 @49 | stale
            S    1:10 @50               | D c5 1:11 @49 | stale
            """)
    void delta_aboveTheSnapshotButReceivedBeforeIt_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50 | D    1:10 @51 | stale
            S    1:10 @50 | D    1:2  @60 | stale
            S c5 1:10 @50 | D    1:2  @60 | stale
            S    1:10 @50 | D c5 1:2  @60 | stale
            """)
    void delta_belowTheSnapshotButReceivedAfterIt_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50               | D    1:11 @60 | applied
            S    1:10 @50               | D    1:99 @60 | applied
            S    1:10 @50; D 1:20 @70   | D    1:21 @70 | applied
            S    1:10 @50; D 1:20 @70   | D    1:21 @60 | applied
            S    1:10 @50; D 1:20 @70   | D    1:21 @50 | applied
            S c5 1:10 @50; D c5 1:20 @70 | D c5 1:21 @9 | applied
            S c5 1:10 @50               | D    1:11 @60 | applied
            S    1:10 @50               | D c5 1:11 @60 | applied
            """)
    void delta_aboveTheLast_isApplied(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50; D    1:20 @70 | D    1:15 @71 | stale
            S    1:10 @50; D    1:20 @70 | D    1:20 @71 | stale
            S    1:10 @50; D    1:20 @70 | D    1:11 @99 | stale
            S c5 1:10 @50; D c5 1:20 @70 | D    1:15 @71 | stale
            S c5 1:10 @50; D c5 1:20 @70 | D c5 1:15 @71 | applied
            """)
    void delta_belowTheLastButReceivedAfterIt_turnsTheBookStale(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50; D    1:20 @70                      | D    1:20 @70 | passed
            S    1:10 @50; D    1:20 @70                      | D    1:20 @60 | passed
            S c5 1:10 @50; D c5 1:20 @70                      | D c5 1:20 @99 | passed
            S c5 1:10 @50; D c5 1:20 @70; D c5 1:15 @60       | D c5 1:15 @60 | passed
            S    1:10 @50; D    1:11..18 @60                  | D    1:11 @60 | passed
            S    1:10 @50; D    1:20..28 @60                  | D    1:20 @60 | passed
            S    1:10 @50; D    1:20..28 @60                  | D    1:19 @60 | passed
            S c5 1:10 @50; D c5 1:20..99 @60                  | D c5 1:11 @60 | passed
            S c5 1:10 @50; D c5 1:20..99 @60                  | D c5 1:92 @60 | passed
            """)
    void delta_amongTheRememberedOrBelowThem_isARepeat(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:1  @50; D    1:5 @70                       | D    1:3  @60 | applied
            S    1:1  @50; D    1:5 @70                       | D    1:3  @70 | applied
            S    1:1  @50; D    1:5 @70                       | D    1:3  @50 | applied
            S c5 1:1  @50; D c5 1:5 @70                       | D c5 1:3  @99 | applied
            S c5 1:1  @50; D c5 1:5 @70                       | D c5 1:3  @9  | applied
            S    1:10 @50; D    1:20..27 @60                  | D    1:11 @60 | applied
            S c5 1:10 @50; D c5 1:20..27 @60                  | D c5 1:11 @60 | applied
            S c5 1:10 @50; D c5 1:20..26 @60; D c5 1:28..36 @60 | D c5 1:27 @60 | passed
            S c5 1:10 @50; D c5 1:20..26 @60; D c5 1:28..35 @60 | D c5 1:27 @60 | applied
            """)
    void delta_belowTheLastThatWasNotApplied_comesLateAndIsApplied(String before, String record, String then) {
        judge(before, record, then);
    }

    /** A market that is silent for hours while the others of its subscription have tens of millions of messages. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S 1:10 @50; D 1:30000009 @60                                        | D 1:30000008 @60 | applied
            S 1:10 @50; D 1:30000009 @60                                        | D 1:30000009 @60 | passed
            S 1:10 @50; D 1:30000009 @60                                        | D 1:10       @50 | passed
            S 1:10 @50; D 1:30000009 @60; D 1:30000007 @60                      | D 1:30000007 @60 | passed
            S 1:10 @50; D 1:30000009 @60; D 1:30000007 @60                      | D 1:30000008 @60 | applied
            S 1:10 @50; D 1:11 @50; D 1:30000005 @60; D 1:30000009 @60          | D 1:30000004 @60 | applied
            S 1:10 @50; D 1:11 @50; D 1:30000005 @60; D 1:30000009 @60          | D 1:11       @60 | passed
            S 1:10 @50; D 1:11 @50; D 1:30000005 @60; D 1:30000009 @60; D 1:30000007 @60 | D 1:11       @60 | passed
            S 1:10 @50; D 1:11 @50; D 1:30000005 @60; D 1:30000009 @60; D 1:30000007 @60 | D 1:30000004 @60 | applied
            S 1:10 @50; D 1:11 @50; D 1:30000005 @60; D 1:30000009 @60; D 1:30000007 @60 | D 1:30000006 @60 | applied
            S 1:10 @50; D 1:30000009 @60; D 1:30000004 @60                      | D 1:30000003 @60 | applied
            S 1:10 @50; D 1:30000009 @60; D 1:30000004 @60                      | D 1:30000004 @60 | passed
            S 1:10 @50; D 1:11 @50; D 1:30000009 @60; D 1:30000004 @60          | D 1:11       @60 | passed
            S 1:10 @50; D 1:30000009 @60                                        | D 1:12       @60 | applied
            S 1:10 @50; D 1:30000009 @60; D 1:12 @60                            | D 1:12       @60 | passed
            S c5 1:10; D c5 1:9000000000000000000; D c5 1:11; D c5 1:12         | D c5 1:13        | applied
            S 1:10 @50; D 1:30000009..30000017 @60                              | D 1:12       @60 | passed
            S 1:10 @50; D 1:30000009..30000016 @60                              | D 1:12       @60 | applied
            """)
    void delta_afterMillionsOfOtherMarketsMessages_isJudgedAsAnyOther(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10      k50        | D 1:11 @49 k99           | stale
            S    1:10      k50        | D 1:11     k49           | stale
            S    1:10      k50        | D 1:11     k50           | applied
            S    1:10      k50        | D 1:9      k51           | stale
            S    1:10 @60050 k50      | D 1:11 @51 k99           | stale
            S    1:10 @60051 k50      | D 1:11 @51 k99           | applied
            S    1:10 @50             | D 1:10 @70000 k50        | passed
            S    1:10 @50; D 1:20 @70 | D 1:15 @70000 k70        | applied
            S    1:10 @50; D 1:20 @70 | D 1:15 @70000 k71        | stale
            S    1:10 @50; D 1:20 @70 | D 1:15 @60071 k71        | stale
            S    1:10 @50             | S 1:10 @70000 k50        | passed
            S    1:10 @50             | D 1:11 @-9223372036854775807 | stale
            """)
    void timeReceived_missingOrFarAheadOfKafka_givesWayToKafkas(String before, String record, String then) {
        judge(before, record, then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S    1:10 @50                       | D         @10 | applied
            S    1:10 @50                       | S         @10 | taken
            S c5 1:10 @50                       | D c5      @10 | applied
            S    1:10 @50; D 1:20 @70; D @80    | D    1:20 @70 | passed
            S    1:10 @50; D 1:20 @70; D @80    | D    1:21 @70 | applied
            S         @50                       | D    1:7  @60 | applied
            S         @50                       | D    1:7  @40 | applied
            S         @50; D 1:7 @60            | D    1:7  @60 | passed
            S         @50; D 1:7 @60            | D    1:8  @60 | applied
            S         @50; D 1:7 @60            | D    1:6  @50 | passed
            S         @50; D 1:7 @60            | D    2:8  @70 | stale
            S         @50; D 1:7 @60            | D    1:6  @55 | stale
            S c5      @50; D c5 1:7 @60         | D c5 1:6  @55 | passed
            S c5      @50                       | D c6 1:7  @60 | stale
            """)
    void record_withoutSidOrSeq_isAppliedAsItComes(String before, String record, String then) {
        judge(before, record, then);
    }

    private void judge(String before, String record, String then) {
        for (TopicRecord earlier : records(before)) {
            read(earlier);
            assertThat(served.market(TICKER).book().state()).as("the book before the record").isEqualTo(BookState.LIVE);
        }
        MarketSnapshot stood = served.market(TICKER);
        ReferenceBook.Verdict verdict = read(records(record).get(0));
        MarketSnapshot now = served.market(TICKER);

        assertThat(verdict).as("the reference's verdict").isEqualTo(verdict(then));
        assertThat(outcome(stood, now)).as("the server's outcome").isEqualTo(then);
        assertThat(ServedBooks.resting(now.book().yes())).isEqualTo(reference.ladder(Side.YES));
        assertThat(ServedBooks.resting(now.book().no())).isEqualTo(reference.ladder(Side.NO));
        assertThat(now.book().state()).isEqualTo(reference.state());
        assertThat(now.version()).isEqualTo(reference.version());
    }

    private ReferenceBook.Verdict read(TopicRecord record) {
        served.read(record);
        return reference.apply(record);
    }

    private static ReferenceBook.Verdict verdict(String then) {
        switch (then) {
            case "taken":
            case "applied":
                return ReferenceBook.Verdict.APPLIED;
            case "passed":
                return ReferenceBook.Verdict.PASSED_OVER;
            default:
                return ReferenceBook.Verdict.PASSED_OVER_STALE;
        }
    }

    /** The result of the record last read, as a reader sees it. */
    private static String outcome(MarketSnapshot before, MarketSnapshot after) {
        if (after.version() == before.version()) {
            return "passed";
        }
        Map<Integer, ReferenceBook.Resting> was = ServedBooks.resting(before.book().yes());
        Map<Integer, ReferenceBook.Resting> is = ServedBooks.resting(after.book().yes());
        if (is.equals(was) && after.book().state() == BookState.STALE) {
            return "stale";
        }
        assertThat(after.book().state()).isEqualTo(BookState.LIVE);
        return is.size() == was.size() + 1 ? "applied" : is.size() == 1 ? "taken" : "neither taken nor applied: " + is;
    }

    /** The next records of the partition; the price of a level identifies the record that set it. */
    private List<TopicRecord> records(String text) {
        List<TopicRecord> records = new ArrayList<>();
        for (String part : text.split(";")) {
            Map<Character, String> fields = new TreeMap<>();
            for (String word : part.trim().split(" +")) {
                fields.put(Character.isDigit(word.charAt(0)) ? ':' : word.charAt(0), word);
            }
            String[] place = fields.getOrDefault(':', "").split(":|\\.\\.");
            long first = place.length > 1 ? Long.parseLong(place[1]) : 0;
            long end = place.length > 2 ? Long.parseLong(place[2]) : first;
            for (long seq = first; seq <= end; seq++) {
                offset++;
                ProxyMessage message = fields.containsKey('S')
                        ? ProxyMessage.snapshot(TICKER, Map.of(1_000 + (int) offset, 100L), Map.of(5_000, 200L))
                        : ProxyMessage.delta(TICKER, Side.YES, 1_000 + (int) offset, 300);
                message = message.connection(number(fields, 'c', 0)).received(number(fields, '@', START_MS));
                if (place.length > 1) {
                    message = message.at(Long.parseLong(place[0]), seq);
                }
                long kafkaMs = number(fields, 'k', START_MS).orElse(START_MS + 1_000);
                records.add(new TopicRecord(0, offset, kafkaMs, message));
            }
        }
        return records;
    }

    private static OptionalLong number(Map<Character, String> fields, char name, long plus) {
        String word = fields.get(name);
        return word == null ? OptionalLong.empty() : OptionalLong.of(plus + Long.parseLong(word.substring(1)));
    }
}
