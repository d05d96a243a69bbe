package io.bookserver.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EnvelopeWriterTest {
    private static final String PAYLOAD = """
            {"type":"orderbook_delta","sid":1,"seq":24,"msg":{"market_ticker":"KXMLBGAME-26AUG071840NYMPIT-NYM",\
            "market_id":"957ed958-9b9b-4a98-b024-16a394cd214c","price_dollars":"0.4300","delta_fp":"-100.00",\
            "side":"yes","ts":"2026-08-07T06:46:28.97871Z","ts_ms":1786085188978}}""";

    private final EnvelopeWriter writer = new EnvelopeWriter();

    @Test
    void envelope_ofTheContractsExample_isTheContracts() {
        byte[] envelope = writer.write(
                PAYLOAD.getBytes(StandardCharsets.UTF_8),
                1786085189148L,
                1786085189149L,
                "orderbook_delta",
                "KXMLBGAME-26AUG071840NYMPIT-NYM",
                OptionalLong.of(24));

        String contract = "{\"payload\": " + PAYLOAD + """
                , "receivedTimestamp": 1786085189148, "publishedTimestamp": 1786085189149,
                "channel": "orderbook_delta", "marketTicker": "KXMLBGAME-26AUG071840NYMPIT-NYM", "sequence": 24,
                "source": "kalshi-websocket", "version": 1}""";
        assertEquals(BookReader.parse(contract), BookReader.parse(new String(envelope, StandardCharsets.UTF_8)));
    }

    @Test
    void envelope_withoutTickerAndSequence_leavesThemOut() {
        byte[] envelope = writer.write(
                "{ \"type\" :\t\"subscribed\"}".getBytes(StandardCharsets.UTF_8), 1, 2, "subscribed", "",
                OptionalLong.empty());

        assertEquals(
                "{\"payload\":{ \"type\" :\t\"subscribed\"},\"receivedTimestamp\":1,\"publishedTimestamp\":2,"
                        + "\"channel\":\"subscribed\",\"source\":\"kalshi-websocket\",\"version\":1}",
                new String(envelope, StandardCharsets.UTF_8));
    }

    @Test
    void envelope_ofASimulatedFrame_saysWhatTheFrameSays() {
        var frame = new Frame("T", Frame.DELTA, 7, "{}".getBytes(StandardCharsets.UTF_8));

        assertEquals(
                "{\"payload\":{},\"receivedTimestamp\":5,\"publishedTimestamp\":6,\"channel\":\"orderbook_delta\","
                        + "\"marketTicker\":\"T\",\"sequence\":7,\"source\":\"kalshi-websocket\",\"version\":1}",
                new String(writer.write(frame, 5, 6), StandardCharsets.UTF_8));
    }
}
