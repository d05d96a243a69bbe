package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;
import io.bookserver.kalshi.CommandReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A command of almost the largest size: taking its text, which an event loop does in one go, and reading it, which it
 * does in turns. Beside them the limit: a copy of as many bytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class LongCommandBenchmark {
    /** What is sent by the load tool's hostile clients. */
    @State(Scope.Thread)
    public static class Command {
        @Param({"300,000 sids", "30,000 tickers"})
        String names;

        /** On the heap, as the framework's decoder gives it. */
        ByteBuf payload;
        String text;

        @Setup
        public void write() {
            text = names.endsWith("sids")
                    ? "{\"id\":1,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[" + "99,".repeat(300_000) + "99]}}"
                    : IntStream.range(0, 30_000).mapToObj(n -> "\"KXNOSUCHMARKET-" + n + '"').collect(
                            Collectors.joining(",", "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_tickers\":[",
                                    "]}}"));
            payload = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Benchmark
    public String text(Command command) throws CharacterCodingException {
        return MessageAssembly.text(command.payload);
    }

    @Benchmark
    public CommandReader read(Command command) throws CommandException {
        CommandReader reader = new CommandReader(command.text);
        reader.advance(() -> false);
        return reader;
    }

    @Benchmark
    public byte[] copy(Command command) {
        return command.payload.array().clone();
    }
}
