package io.bookserver.kalshi;

import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.DeltaStream;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of deltas, handed out in a circle for ever: the second half takes back what the first did, and the seq of a
 * record grows from one round to the next, so that every one of them is applied. Writing the digit costs both sides of a
 * comparison the same.
 *
 * <p><i>Not thread-safe.</i>
 */
final class DeltaRing {
    static final int SIZE = 4096;

    private static final long PUBLISHED_MS = 1_786_085_189_149L;
    /** Nine digits: 1, four for the round, four for the place in it. */
    private static final long FIRST_SEQ = 100_000_000;

    private static final int ROUND_DIGIT = 4;

    private final byte[][] records = new byte[SIZE][];
    private final int[][] roundDigits = new int[SIZE][];
    private final MarketPopulation population;
    private int next;
    private long offset;

    DeltaRing(int markets) {
        population = MarketPopulation.of(markets);
        DeltaStream stream = new DeltaStream(population, 1);
        List<DeltaStream.Delta> forth = new ArrayList<>();
        for (int i = 0; i < SIZE / 2; i++) {
            forth.add(stream.next());
        }
        for (int i = 0; i < SIZE; i++) {
            boolean back = i >= SIZE / 2;
            DeltaStream.Delta delta = forth.get(back ? SIZE - 1 - i : i);
            records[i] = RecordText.delta(delta.ticker(), delta.yes(), delta.priceTicks(),
                    back ? -delta.deltaHundredths() : delta.deltaHundredths(), FIRST_SEQ + i, PUBLISHED_MS);
            String text = new String(records[i], StandardCharsets.US_ASCII);
            roundDigits[i] = new int[] {
                text.indexOf("\"seq\":") + 6 + ROUND_DIGIT, text.indexOf("\"sequence\": ") + 12 + ROUND_DIGIT};
        }
    }

    /** Brings the markets' snapshots into a registry. */
    void fill(BookRegistry registry) throws MalformedRecordException {
        EnvelopeDecoder decoder = new EnvelopeDecoder();
        for (MarketPopulation.Book book : population.books()) {
            byte[] snapshot = RecordText.snapshot(book, 1, PUBLISHED_MS);
            registry.apply(decoder.decode(snapshot, 0, offset++, PUBLISHED_MS, PUBLISHED_MS).orElseThrow());
        }
    }

    byte[] next() {
        int at = next;
        next = at + 1 & SIZE - 1;
        offset++;
        byte[] record = records[at];
        for (int digit : roundDigits[at]) {
            advance(record, digit);
        }
        return record;
    }

    /** Kafka's offset of the record last handed out. */
    long offset() {
        return offset;
    }

    private static void advance(byte[] record, int digit) {
        int at = digit;
        while (record[at] == '9') {
            record[at--] = '0';
        }
        record[at]++;
    }
}
