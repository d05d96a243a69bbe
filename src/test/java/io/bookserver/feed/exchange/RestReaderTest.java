package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.book.MarketDetails;
import io.bookserver.feed.exchange.ListedMarket.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RestReaderTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void page_isReadWithItsCursor_andWhatIsNoMarketIsLeftOut() throws IOException {
        RestReader.MarketPage page = RestReader.markets(bytes("""
                {"markets":[{"ticker":"A","event_ticker":"E","status":"active","open_time":"2026-11-27T00:00:00Z",
                "close_time":"2026-11-27T00:01:00.500Z","yes_bid":1,"price_ranges":[{"a":1}],"none":null},
                {"ticker":"B","status":"active","phase":"unknown","open_time":"0001-01-01T00:00:00Z","title":"T?","yes_sub_title":"Y",
                "no_sub_title":"N","event_ticker":"E-1","price_level_structure":"deci_cent"},{"ticker":7,"status":"active"},{"ticker":"C","status":"strange"}],
                "cursor":"next"}"""));
        assertThat(page.markets()).containsExactly(
                new ListedMarket("A", Phase.OPEN, OptionalLong.of(1_795_737_600L), OptionalLong.of(1_795_737_660L),
                        new MarketDetails("E", "", "", "", "", "", "", "", Optional.empty(), OptionalLong.empty())),
                new ListedMarket("B", Phase.UNKNOWN, OptionalLong.empty(), OptionalLong.empty(), new MarketDetails(
                        "E-1", "", "T?", "Y", "N", "", "", "deci_cent", Optional.empty(), OptionalLong.empty())));
        assertThat(new String(FeedMessages.created(page.markets().get(1)), StandardCharsets.UTF_8)).isEqualTo(
                "{\"type\":\"market_lifecycle_v2\",\"msg\":{\"market_ticker\":\"B\",\"event_type\":\"created\","
                + "\"price_level_structure\":\"deci_cent\",\"additional_metadata\":{\"title\":\"T?\",\"yes_sub_title\":\"Y\","
                + "\"no_sub_title\":\"N\",\"event_ticker\":\"E-1\"}}}");
        assertThat(page.cursor()).isEqualTo("next");
        assertThat(page.faults()).isEqualTo(2);
    }

    @Test
    void entriesThatAreNoObjects_areFaults_andHideNoMarketBehindThem() throws IOException {
        RestReader.MarketPage page = RestReader.markets(bytes("""
                {"markets":[null,{"ticker":"A","status":"active"},"x",[{"ticker":"B","status":"active"}],3,
                {"ticker":"C","status":"active"}],"cursor":"next"}"""));
        assertThat(page.markets()).extracting(ListedMarket::ticker).containsExactly("A", "C");
        assertThat(page.cursor()).isEqualTo("next");
        assertThat(page.faults()).isEqualTo(4);
    }

    @Test
    void listThatIsNull_isEmpty() throws IOException {
        assertThat(RestReader.markets(bytes("{\"cursor\":\"\",\"markets\":null}")))
                .isEqualTo(new RestReader.MarketPage(List.of(), "", 0));
    }

    @Test
    void bookWithWhatIsNoLevel_isRefused_notReadInPart() {
        for (String yes : new String[] {
            "[[\"0.4300\",\"1.00\",\"2.00\"],[\"0.4400\",\"1.00\"]]", "[null,[\"0.4400\",\"1.00\"]]", "[[\"0.4300\"]]"}) {
            assertThatThrownBy(() -> RestReader.books(bytes("{\"orderbooks\":[{\"ticker\":\"A\",\"orderbook_fp\":{\"yes_dollars\":"
                    + yes + "}}]}"))).as(yes).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> RestReader.books(bytes("{\"orderbooks\":[null,{\"ticker\":\"A\",\"orderbook_fp\":{}}]}")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void books_areReadExactly() throws IOException {
        assertThat(RestReader.books(bytes("""
                {"orderbooks":[{"ticker":"A","orderbook_fp":{"yes_dollars":[["0.4300","120.01"],["0.4305","1.00"]],
                "no_dollars":[]}},{"ticker":"B"}]}"""))).isEqualTo(
                Map.of("A", new BookLevels(Map.of(4300, 12_001L, 4305, 100L), Map.of())));
    }

    @Test
    void answerThatIsNone_isRefused() {
        for (String body : new String[] {"", "[]", "{}", "{\"markets\":3}", "{\"markets\":[{\"ticker\":\"A\""}) {
            assertThatThrownBy(() -> RestReader.markets(bytes(body))).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> RestReader.books(bytes(
                "{\"orderbooks\":[{\"ticker\":\"A\",\"orderbook_fp\":{\"yes_dollars\":[[\"x\",\"1\"]]}}]}")))
                .isInstanceOf(IOException.class);
    }
}
