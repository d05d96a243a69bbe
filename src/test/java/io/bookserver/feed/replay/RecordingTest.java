package io.bookserver.feed.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingTest {
    /** Missing in a user's checkout: the tests that read it are then skipped. */
    private static final Path RECORDED = Path.of("../shared/fixtures/kalshi-frames-2026-08-07.jsonl");

    @TempDir
    Path folder;

    private record Read(long receivedMs, String type, String ticker, OptionalLong sequence, String payload) {
        static Read of(RecordedFrame frame) {
            return new Read(
                    frame.receivedMs(),
                    frame.type(),
                    frame.marketTicker(),
                    frame.sequence(),
                    new String(frame.sharedPayload(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void frame_withOddSpacing_isKeptByteForByte() throws IOException {
        String payload = "{ \"seq\" : 7 ,\t\"msg\":{\"x\":{\"market_ticker\":\"not this\"},\"market_ticker\":\"Té\"}"
                + " ,\"type\":\"trade\" }";
        String line = " {\"frame\" : " + payload + " , \"other\":[1,{}], \"received_ms\" : 12 } ";

        assertEquals(
                new Read(12, "trade", "Té", OptionalLong.of(7), payload),
                Read.of(RecordedFrame.parse(line.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void frame_aboutNoMarket_hasNeitherTickerNorSequence() throws IOException {
        String payload = "{\"type\":\"subscribed\",\"id\":2,\"msg\":{\"channel\":\"orderbook_delta\",\"sid\":1}}";
        String line = "{\"received_ms\":1,\"frame\":" + payload + "}";

        assertEquals(
                new Read(1, "subscribed", "", OptionalLong.empty(), payload),
                Read.of(RecordedFrame.parse(line.getBytes(StandardCharsets.UTF_8))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                             | a line must be a JSON object
            {"frame":{"type":"x"}}                         | received_ms is missing
            {"received_ms":1}                              | frame is missing
            {"received_ms":"1","frame":{"type":"x"}}       | received_ms must be a whole number
            {"received_ms":1,"frame":[]}                   | frame must be a JSON object
            {"received_ms":1,"frame":{"seq":1}}            | frame has no type
            {"received_ms":1,"frame":{"type":"x"}} {}      | a line must hold nothing after its object
            """)
    void line_thatIsNoFrame_isRefusedWithTheRule(String line, String rule) {
        var refused = assertThrows(
                IOException.class, () -> RecordedFrame.parse(line.getBytes(StandardCharsets.UTF_8)));
        assertEquals(rule, refused.getMessage());
    }

    @Test
    void line_cutOff_isRefused() {
        String line = "{\"received_ms\":1,\"frame\":{\"type\":\"x\",\"msg\":{";
        assertThrows(IOException.class, () -> RecordedFrame.parse(line.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void recording_withBadLines_passesThemOverAndCounts() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        Files.writeString(file, line(1) + "\nnonsense\n\n{\"received_ms\":2\r\n" + line(3) + "\r\n" + line(4));

        try (var recording = new Recording(file)) {
            assertEquals(List.of(1L, 3L, 4L), receivedTimes(recording));
            assertEquals(2, recording.badLines());
        }
    }

    @Test
    void recording_gzipped_isRead() throws IOException {
        Path file = folder.resolve("frames.jsonl.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((line(1) + "\n" + line(2) + "\n").getBytes(StandardCharsets.UTF_8));
        }

        try (var recording = new Recording(file)) {
            assertEquals(List.of(1L, 2L), receivedTimes(recording));
        }
    }

    @Test
    void recording_ofTheExchange_isReadByteForByte() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(RECORDED), "left out: no recorded data beside this checkout");

        var rebuilt = new ArrayList<String>();
        try (var recording = new Recording(RECORDED)) {
            for (var frame = recording.next(); frame.isPresent(); frame = recording.next()) {
                rebuilt.add("{\"received_ms\":" + frame.get().receivedMs() + ",\"frame\":"
                        + Read.of(frame.get()).payload() + "}");
            }
        }
        assertEquals(Files.readAllLines(RECORDED), rebuilt);
    }

    private static String line(long receivedMs) {
        return "{\"received_ms\":" + receivedMs + ",\"frame\":{\"type\":\"x\"}}";
    }

    private static List<Long> receivedTimes(Recording recording) throws IOException {
        var times = new ArrayList<Long>();
        for (Optional<RecordedFrame> frame = recording.next(); frame.isPresent(); frame = recording.next()) {
            times.add(frame.get().receivedMs());
        }
        return times;
    }
}
