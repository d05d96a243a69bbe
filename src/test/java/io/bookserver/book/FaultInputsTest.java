package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that once gave a wrong book as {@code live}: those recorded next to the project, and more of each kind. */
class FaultInputsTest {
    /** Missing in a user's checkout: the tests that read it are then skipped. */
    private static final Path COLLECTED = Path.of("../shared/fixtures/faults");

    private static final String TICKER = "KXFAULT-26NOV23-A";
    private static final String OTHER = "KXFAULT-26NOV23-B";
    private static final long START_MS = 1_786_085_000_000L;
    private static final TreeMap<Integer, Long> FIRST_YES = new TreeMap<>(Map.of(4_300, 10_000L));

    private final ServedBooks served = new ServedBooks(() -> START_MS + 60_000);
    private long offset = -1;

    @Test
    void oldConnection_outlivingTheNewSnapshot_makesTheBookStale() throws IOException {
        readCollected("01-old-connection-outlives-new-snapshot.jsonl");
        assertThat(book("KXBUG-ZOMBIE").state()).isEqualTo(BookState.STALE);
    }

    @Test
    void oldConnection_outlivingTheNewSnapshotButTold_leavesTheTrueBookLive() throws IOException {
        readCollected("01-the-same-with-connection.jsonl");
        BookSnapshot book = book("KXBUG-ZOMBIE");
        assertThat(Updates.sizes(book.yes())).isEqualTo(new TreeMap<>(Map.of(4_000, 700L)));
        assertThat(Updates.sizes(book.no())).isEqualTo(new TreeMap<>(Map.of(5_500, 2_000L, 5_000, 1_000L)));
        assertThat(book.state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void refusedRecord_ofTheCollection_makesItsBookStale() throws IOException {
        TreeSet<String> tickers = new TreeSet<>();
        for (String line : collected("02-refused-but-live.tsv")) {
            if (line.startsWith("#")) {
                continue;
            }
            String key = line.substring(0, line.indexOf('\t'));
            String value = line.substring(line.indexOf('\t') + 1);
            if (tickers.add(key)) {
                read(key, bytes(value));
                assertThat(book(key).state()).as(key).isEqualTo(BookState.LIVE);
            } else {
                read(key, bytes(value.replace("\\u0000", "\0").replace("\\u0001", "\1")));
            }
        }
        assertThat(tickers).isNotEmpty().allSatisfy(
                ticker -> assertThat(book(ticker).state()).as(ticker).isEqualTo(BookState.STALE));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "[]",
            "null",
            "17",
            "{}",
            "{\"payload\":null,\"version\":1}",
            "{\"payload\":[],\"version\":1}",
            "{\"payload\":{\"sid\":1,\"seq\":2,\"msg\":{}},\"version\":1}",
            "{\"version\":2,\"payload\":{\"kind\":\"of a later version\"}}",
            "{\"version\":2,\"payload\":17}",
            "{\"version\":\"1\",\"payload\":{\"type\":\"orderbook_delta\"}}",
            "{\"connection\":\"none\",\"payload\":{\"type\":\"orderbook_delta\"}}",
            "{\"connection\":0,\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{"
                    + "\"market_ticker\":\"KXFAULT-26NOV23-A\",\"price_dollars\":\"0.4300\",\"delta_fp\":\"1.00\","
                    + "\"side\":\"yes\"}},\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2},\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":null},\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"price_dollars\":\"0.4300\","
                    + "\"delta_fp\":\"1.00\",\"side\":\"yes\",\"market_ticker\":\"\"}},\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"price_dollars\":\"1.0000\","
                    + "\"delta_fp\":\"1.00\",\"side\":\"yes\",\"market_ticker\":\"KXFAULT-26NOV23-A\"}},\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"price_dollars\":\"0.4300\","
                    + "\"delta_fp\":\"0.001\",\"side\":\"yes\",\"market_ticker\":\"KXFAULT-26NOV23-A\"}},"
                    + "\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"price_dollars\":\"0.4300\","
                    + "\"delta_fp\":\"1.00\",\"side\":\"maybe\",\"market_ticker\":\"KXFAULT-26NOV23-A\"}},"
                    + "\"version\":1}",
            "{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":2,\"msg\":{\"yes_dollars_fp\":17,"
                    + "\"market_ticker\":\"KXFAULT-26NOV23-A\"}},\"version\":1}"
    })
    void refusedRecord_ofAnyKind_makesTheBookOfItsKeyStale(String value) {
        readFirstSnapshot(TICKER);
        read(TICKER, bytes(value));
        assertThat(book(TICKER).state()).isEqualTo(BookState.STALE);
        assertThat(Updates.sizes(book(TICKER).yes())).isEqualTo(FIRST_YES);
    }

    @Test
    void delta_cutShortAnywhere_makesItsBookStale() {
        byte[] whole = change(TICKER, 2).value();
        List<Integer> live = new ArrayList<>();
        for (int length = 0; length < whole.length; length++) {
            readFirstSnapshot(TICKER);
            read(TICKER, Arrays.copyOf(whole, length));
            if (book(TICKER).state() != BookState.STALE) {
                live.add(length);
            }
        }
        assertThat(live).as("lengths at which the book stayed live").isEmpty();
    }

    @Test
    void delta_withOneByteOverwritten_makesItsBookStale() {
        byte[] whole = change(TICKER, 2).value();
        List<Integer> live = new ArrayList<>();
        for (int at = 0; at < whole.length; at++) {
            readFirstSnapshot(TICKER);
            byte[] damaged = whole.clone();
            damaged[at] = 1;
            read(TICKER, damaged);
            if (book(TICKER).state() != BookState.STALE) {
                live.add(at);
            }
        }
        assertThat(live).as("bytes overwritten for which the book stayed live").isEmpty();
    }

    @Test
    void refusedRecord_whosePayloadNamesAMarket_concernsThatOneAndNotTheKeys() {
        readFirstSnapshot(TICKER);
        readFirstSnapshot(OTHER);
        read(TICKER, change(OTHER, 2).damaged(ProxyMessage.Kind.BAD_FIELD).value());
        assertThat(book(OTHER).state()).isEqualTo(BookState.STALE);
        assertThat(book(TICKER).state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void refusedRecord_whoseEnvelopeAloneNamesAMarket_concernsThatOneAndNotTheKeys() {
        readFirstSnapshot(TICKER);
        readFirstSnapshot(OTHER);
        read(TICKER, bytes("{\"payload\":{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":2,\"msg\":{\"side\":\"yes\"}},"
                + "\"marketTicker\":\"" + OTHER + "\",\"version\":1}"));
        assertThat(book(OTHER).state()).isEqualTo(BookState.STALE);
        assertThat(book(TICKER).state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void refusedRecord_ofAMarketWithoutABook_makesNone() {
        read(TICKER, bytes("{"));
        assertThat(book(TICKER).state()).isEqualTo(BookState.AWAITING_SNAPSHOT);
        assertThat(served.registry().booksIn(BookState.STALE)).isZero();
    }

    @Test
    void bookOfARefusedRecord_takesDeltasAndIsHealedByTheNextSnapshot() {
        readFirstSnapshot(TICKER);
        read(TICKER, bytes("{"));
        read(TICKER, change(TICKER, 3).value());
        assertThat(Updates.sizes(book(TICKER).yes())).isEqualTo(new TreeMap<>(Map.of(4_300, 10_100L)));
        assertThat(book(TICKER).state()).isEqualTo(BookState.STALE);
        read(TICKER, ProxyMessage.snapshot(TICKER, Map.of(4_100, 500L), Map.of()).at(1, 4)
                .received(OptionalLong.of(START_MS + 1_000)).value());
        assertThat(Updates.sizes(book(TICKER).yes())).isEqualTo(new TreeMap<>(Map.of(4_100, 500L)));
        assertThat(book(TICKER).state()).isEqualTo(BookState.LIVE);
    }

    private BookSnapshot book(String ticker) {
        return served.market(ticker).book();
    }

    private static ProxyMessage change(String ticker, long seq) {
        return ProxyMessage.delta(ticker, Side.YES, 4_300, 100).at(1, seq).received(OptionalLong.of(START_MS + 500));
    }

    /** A snapshot without sid and seq is always accepted, so the book is live whatever preceded it. */
    private void readFirstSnapshot(String ticker) {
        read(ticker, ProxyMessage.snapshot(ticker, FIRST_YES, Map.of()).received(OptionalLong.of(START_MS)).value());
        assertThat(book(ticker).state()).isEqualTo(BookState.LIVE);
    }

    private void readCollected(String name) throws IOException {
        for (String line : collected(name)) {
            int value = line.indexOf("\"value\":");
            String key = line.substring(line.indexOf(":\"") + 2, line.indexOf("\","));
            read(key, bytes(line.substring(value + 8, line.length() - 1)));
        }
    }

    private static List<String> collected(String name) throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(COLLECTED), () -> "left out: there is no folder " + COLLECTED);
        return Files.readAllLines(COLLECTED.resolve(name));
    }

    private void read(String key, byte[] value) {
        served.read(0, ++offset, START_MS + 30_000 + offset, bytes(key), value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
