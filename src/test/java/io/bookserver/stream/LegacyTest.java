package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.StatisticsReported;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fields in whole cents and contracts: only for clients that request them, and only if they are exact. */
class LegacyTest {
    private static final String SUBSCRIBE = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"],\"market_ticker\":\"A\","
            + "\"send_initial_snapshot\":true,\"use_yes_price\":%s}}";

    private final StreamRig rig = new StreamRig(Limits.WIDE);

    private static String fields(JsonNode frame, String... names) {
        StringBuilder fields = new StringBuilder();
        for (String name : names) {
            fields.append(frame.get("msg").path(name)).append(' ');
        }
        return fields.toString().trim();
    }

    @Test
    void booksAndDeltas_haveThem_whereTheyAreExact() throws IOException {
        rig.records().snapshot("A", "[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"]", "[\"0.5500\",\"300.00\"],[\"0.5400\",\"2.50\"]");
        Line legacy = rig.connectLegacy();
        Line modern = rig.connect();
        JsonNode snapshot = legacy.command(SUBSCRIBE.formatted("orderbook_delta", false)).get(1);
        assertThat(fields(snapshot, "yes", "no")).isEqualTo("[[42,13],[43,120]]");
        assertThat(snapshot.at("/msg/no_dollars_fp").size()).isEqualTo(2);
        assertThat(fields(modern.command(SUBSCRIBE.formatted("orderbook_delta", false)).get(1), "yes", "no")).isEmpty();
        rig.records().delta("A", "yes", "0.4300", "-20.00");
        rig.records().delta("A", "yes", "0.4350", "1.00");
        rig.records().delta("A", "no", "0.5500", "0.50");
        List<JsonNode> deltas = legacy.run();
        assertThat(deltas.stream().map(delta -> fields(delta, "price", "delta", "price_dollars")).toList())
                .isEqualTo(List.of("43 -20 \"0.4300\"", "\"0.4350\"", "\"0.5500\""));
        assertThat(modern.run().stream().map(delta -> fields(delta, "price", "delta")).toList()).isEqualTo(List.of("", "", ""));
    }

    @Test
    void noSideOnTheYesScale_isSoInCentsToo() throws IOException {
        rig.records().snapshot("A", "", "[\"0.5500\",\"300.00\"],[\"0.5400\",\"2.00\"]");
        Line legacy = rig.connectLegacy();
        assertThat(fields(legacy.command(SUBSCRIBE.formatted("orderbook_delta", true)).get(1), "yes", "no"))
                .isEqualTo("[[45,300],[46,2]]");
        rig.records().delta("A", "no", "0.5400", "1.00");
        assertThat(fields(legacy.run().get(0), "price", "delta", "side")).isEqualTo("46 1 \"no\"");
    }

    @Test
    void ticker_hasThem_whereTheyAreExact() throws IOException {
        rig.records().snapshot("A", "[\"0.4300\",\"120.00\"]", "[\"0.5550\",\"300.00\"]");
        rig.registry().report(new StatisticsReported("A", new MarketStatistics(4_300, 0, 1_050, 700, 0, 0), false, 1));
        Line legacy = rig.connectLegacy();
        assertThat(fields(legacy.command(SUBSCRIBE.formatted("ticker", false)).get(1),
                "price", "yes_bid", "yes_ask", "volume", "open_interest")).isEqualTo("43 43   7");
    }
}
