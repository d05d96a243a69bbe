package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One record from bytes to the book, beside the limit: Jackson's streaming parser that only walks over the same bytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
@State(Scope.Thread)
public class DecodeBenchmark {
    private static final int MARKETS = 1_000;
    private static final long RECEIVED_MS = 1_786_085_189_150L;

    private final JsonFactory json = new JsonFactory();
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private final BookRegistry registry = new BookRegistry();
    private final DeltaRing deltas = new DeltaRing(MARKETS);
    private byte[] deepSnapshot;
    private long snapshotOffset = Integer.MAX_VALUE;

    @Setup
    public void fill() throws MalformedRecordException {
        deltas.fill(registry);
        deepSnapshot = RecordText.snapshot(MarketPopulation.of(MARKETS).deepest(), 1, RECEIVED_MS);
    }

    @Benchmark
    public int delta_limit_walkOnly() throws IOException {
        return walk(deltas.next());
    }

    @Benchmark
    public Optional<BookUpdate> delta_decode() throws MalformedRecordException {
        return decoder.decode(deltas.next(), 0, deltas.offset(), RECEIVED_MS, RECEIVED_MS);
    }

    @Benchmark
    public ApplyOutcome delta_decodeAndApply() throws MalformedRecordException {
        byte[] record = deltas.next();
        ApplyOutcome outcome = registry.apply(
                decoder.decode(record, 0, deltas.offset(), RECEIVED_MS, RECEIVED_MS).orElseThrow());
        if (outcome != ApplyOutcome.APPLIED) {
            throw new IllegalStateException("every delta must be applied: " + outcome);
        }
        return outcome;
    }

    @Benchmark
    public int snapshot_limit_walkOnly() throws IOException {
        return walk(deepSnapshot);
    }

    @Benchmark
    public Optional<BookUpdate> snapshot_decode() throws MalformedRecordException {
        return decoder.decode(deepSnapshot, 0, snapshotOffset++, RECEIVED_MS, RECEIVED_MS);
    }

    private int walk(byte[] record) throws IOException {
        int tokens = 0;
        try (JsonParser parser = json.createParser(record)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }
}
