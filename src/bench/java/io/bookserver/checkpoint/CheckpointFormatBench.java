package io.bookserver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.smile.SmileFactory;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookReplaced;
import io.bookserver.book.LevelChanged;
import io.bookserver.book.Market;
import io.bookserver.book.MarketState;
import io.bookserver.book.PriceLevels;
import io.bookserver.book.RecordStamp;
import io.bookserver.book.Side;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.Rounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Bytes per book, and the time to write and read one, for the libraries with which a checkpoint's value could be
 * written. Each book has had 0 to 39 changes after its snapshot, so that its levels have different stamps, as in
 * practice.
 */
class CheckpointFormatBench {
    private static final int BOOKS = Integer.getInteger("bench.books", 4_000);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 9);
    private static final int WARM_UP_ROUNDS = 8;
    private static final long NOW_MS = 1_786_085_000_000L;

    private interface Format {
        byte[] write(MarketState market) throws IOException;

        FieldReader reader(byte[] bytes) throws IOException;
    }

    private static Format jackson(JsonFactory factory) {
        return new Format() {
            @Override
            public byte[] write(MarketState market) throws IOException {
                JacksonFields.Writer out = new JacksonFields.Writer(factory);
                MarketFields.write(market, out);
                return out.finish();
            }

            @Override
            public FieldReader reader(byte[] bytes) throws IOException {
                return new JacksonFields.Reader(factory, bytes);
            }
        };
    }

    private static final class Protobuf implements Format {
        private final ProtobufFields.Writer out = new ProtobufFields.Writer();

        @Override
        public byte[] write(MarketState market) {
            MarketFields.write(market, out);
            return out.finish();
        }

        @Override
        public FieldReader reader(byte[] bytes) {
            return new ProtobufFields.Reader(bytes);
        }
    }

    private static final class Varints implements Format {
        private final VarintWriter out = new VarintWriter();

        @Override
        public byte[] write(MarketState market) {
            out.clear();
            MarketFields.write(market, out);
            return out.toBytes(0, 0);
        }

        @Override
        public FieldReader reader(byte[] bytes) {
            return new VarintReader(bytes, 0, bytes.length);
        }
    }

    @Test
    void formats() throws IOException {
        MarketPopulation population = MarketPopulation.of(BOOKS);
        List<MarketState> states = states(population);
        Map<String, Format> formats = new TreeMap<>(Map.of("cbor", jackson(new CBORFactory()), "smile",
                jackson(new SmileFactory()), "protobuf", new Protobuf(), "kafka varints", new Varints()));
        System.out.printf("bench=checkpoint-format books=%d levels=%.1f rounds=%d population=%s%n", BOOKS,
                states.stream().mapToInt(state -> state.book().yes().depth() + state.book().no().depth()).average()
                        .orElseThrow(), ROUNDS, population);
        Rounds write = new Rounds(ROUNDS);
        Rounds read = new Rounds(ROUNDS);
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (Map.Entry<String, Format> format : formats.entrySet()) {
                long began = System.nanoTime();
                List<byte[]> written = new ArrayList<>(BOOKS);
                for (MarketState state : states) {
                    written.add(format.getValue().write(state));
                }
                long wrote = System.nanoTime();
                long versions = 0;
                for (int i = 0; i < BOOKS; i++) {
                    versions += MarketFields.read(states.get(i).ticker(), format.getValue().reader(written.get(i))).version();
                }
                long end = System.nanoTime();
                assertThat(versions).isEqualTo(states.stream().mapToLong(MarketState::version).sum());
                if (round >= 0) {
                    write.add(format.getKey(), round, (wrote - began) * 1.0 / BOOKS);
                    read.add(format.getKey(), round, (end - wrote) * 1.0 / BOOKS);
                }
                if (round == 0) {
                    System.out.printf("%-14s %.0f bytes a book%n", format.getKey(),
                            written.stream().mapToInt(bytes -> bytes.length).average().orElseThrow());
                }
            }
        }
        formats.keySet().forEach(name -> System.out.println("write " + write.describe(name, "ns a book")));
        formats.keySet().forEach(name -> System.out.println("read  " + read.describe(name, "ns a book")));
        formats.keySet().forEach(name -> System.out.println("write " + write.ratio(name, "kafka varints")));
        formats.keySet().forEach(name -> System.out.println("read  " + read.ratio(name, "kafka varints")));
    }

    /** Books as the server has them in practice. */
    static List<MarketState> states(MarketPopulation population) {
        BookRegistry registry = new BookRegistry(() -> NOW_MS);
        Random random = new Random(7);
        long offset = 0;
        long seq = 0;
        for (MarketPopulation.Book book : population.books()) {
            registry.apply(new BookReplaced(book.ticker(), "957ed958-9b9b-4a98-b024-16a394cd214c", levels(book.yes()),
                    levels(book.no()), stamp(offset++, ++seq)));
        }
        for (MarketPopulation.Book book : population.books()) {
            Integer[] prices = book.yes().keySet().toArray(Integer[]::new);
            for (int change = random.nextInt(40); change > 0 && prices.length > 0; change--) {
                registry.apply(new LevelChanged(book.ticker(), Side.YES, prices[random.nextInt(prices.length)],
                        100L * (1 + random.nextInt(500)), stamp(offset, ++seq)));
                offset += 1 + random.nextInt(100);
            }
        }
        List<MarketState> states = new ArrayList<>();
        for (Market market : registry.markets()) {
            states.add(registry.state(market).orElseThrow());
        }
        return states;
    }

    private static RecordStamp stamp(long offset, long seq) {
        long publishedMs = NOW_MS - 10_000_000 + offset;
        return new RecordStamp.Builder().reset(1, offset, publishedMs, publishedMs + 2).connection(1_786_084_000_123L)
                .sid(1).seq(seq).exchangeMs(publishedMs - 171).feedReceivedMs(publishedMs - 1).build();
    }

    private static PriceLevels levels(Map<Integer, Long> quantityHundredthsByPriceTicks) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        quantityHundredthsByPriceTicks.forEach(levels::add);
        return levels.build();
    }
}
