package io.bookserver.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
    void envelope_ofTheContractsExample_isTheContracts() throws IOException {
        byte[] envelope = writer.write(
                PAYLOAD.getBytes(StandardCharsets.UTF_8),
                OptionalLong.of(1786085180000L),
                1786085189148L,
                1786085189149L,
                "orderbook_delta",
                "KXMLBGAME-26AUG071840NYMPIT-NYM",
                OptionalLong.of(24));

        String contract = "{\"payload\": " + PAYLOAD + """
                , "connection": 1786085180000, "receivedTimestamp": 1786085189148, "publishedTimestamp": 1786085189149,
                "channel": "orderbook_delta", "marketTicker": "KXMLBGAME-26AUG071840NYMPIT-NYM", "sequence": 24,
                "source": "kalshi-websocket", "version": 1}""";
        var json = new ObjectMapper();
        assertEquals(json.readTree(contract), json.readTree(envelope));
    }

    @Test
    void envelope_withoutConnectionTickerAndSequence_leavesThemOut() {
        byte[] envelope = writer.write(
                "{ \"type\" :\t\"subscribed\"}".getBytes(StandardCharsets.UTF_8), OptionalLong.empty(), 1, 2, "subscribed", "",
                OptionalLong.empty());

        assertEquals(
                "{\"payload\":{ \"type\" :\t\"subscribed\"},\"receivedTimestamp\":1,\"publishedTimestamp\":2,"
                        + "\"channel\":\"subscribed\",\"source\":\"kalshi-websocket\",\"version\":1}",
                new String(envelope, StandardCharsets.UTF_8));
    }
}
