package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.stream.Publication.Change;
import io.bookserver.testkit.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private final BookRegistry registry = new BookRegistry();
    private final Records records = new Records(registry);
    private final List<Publication> publications = new ArrayList<>();

    PublicationTest() {
        registry.addListener((before, after) -> publications.add(new Publication(before, after)));
    }

    private Publication last() {
        return publications.get(publications.size() - 1);
    }

    private List<Change> changes() {
        return publications.stream().map(Publication::change).toList();
    }

    private static JsonNode json(byte[] msg) throws IOException {
        return StreamClient.json(new String(msg, StandardCharsets.US_ASCII));
    }

    private static List<String> fields(byte[] msg) throws IOException {
        JsonNode json = json(msg);
        return List.of(json.get("side").asText(), json.get("price_dollars").asText(), json.get("delta_fp").asText());
    }

    @Test
    void snapshot_isAChangeOfTheWhole_butNotWhereItSaysTheSame() {
        records.book("A");
        records.book("A");
        records.snapshot("A", "[\"0.4300\",\"120.00\"]", "[\"0.5500\",\"300.00\"]");
        records.snapshot("A", "[\"0.4300\",\"121.00\"]", "[\"0.5500\",\"301.00\"]");
        assertThat(changes()).isEqualTo(List.of(Change.WHOLE, Change.NOTHING, Change.WHOLE, Change.WHOLE));
    }

    @Test
    void snapshot_ofABookWithoutBids_changesItsState() {
        records.snapshot("A", "", "");
        assertThat(changes()).isEqualTo(List.of(Change.WHOLE));
    }

    @Test
    void delta_isALevel_withWhatBecameOfIt() throws IOException {
        records.book("A");
        records.delta("A", "yes", "0.4250", "7.05");
        assertThat(fields(last().delta(false))).isEqualTo(List.of("yes", "0.4250", "7.05"));
        records.delta("A", "yes", "0.4250", "-0.05");
        assertThat(fields(last().delta(false))).isEqualTo(List.of("yes", "0.4250", "-0.05"));
        records.delta("A", "yes", "0.4250", "-7.00");
        assertThat(fields(last().delta(false))).isEqualTo(List.of("yes", "0.4250", "-7.00"));
        assertThat(changes().subList(1, 4)).containsOnly(Change.LEVEL);
    }

    @Test
    void delta_ofTheNoSide_onTheYesScale_isADollarLess() throws IOException {
        records.book("A");
        records.delta("A", "no", "0.5500", "1.00");
        assertThat(fields(last().delta(false))).isEqualTo(List.of("no", "0.5500", "1.00"));
        assertThat(fields(last().delta(true))).isEqualTo(List.of("no", "0.4500", "1.00"));
        records.delta("A", "yes", "0.4300", "1.00");
        assertThat(fields(last().delta(true))).isEqualTo(List.of("yes", "0.4300", "1.00"));
    }

    @Test
    void delta_saysWhichBookItLeadsTo() throws IOException {
        records.book("A");
        records.apply("orderbook_delta", "A", "\"price_dollars\":\"0.4300\",\"delta_fp\":\"5.00\",\"side\":\"yes\","
                + "\"ts\":\"2026-08-07T06:46:28.97871Z\",\"ts_ms\":1786085188978");
        long publishedMs = last().after().book().lastRecord().kafkaPublishedMs();
        assertThat(json(last().delta(false))).isEqualTo(StreamClient.json(("{'market_ticker':'A','market_id':'id-A',"
                + "'price_dollars':'0.4300','delta_fp':'5.00','side':'yes','ts':'2026-08-07T06:46:28.978Z',"
                + "'ts_ms':1786085188978,'state':'live','version':2,'feed_received_ms':" + publishedMs
                + ",'kafka_published_ms':" + publishedMs + ",'received_ms':" + publishedMs
                + ",'kafka_latency_ms':0,'server_published_ms':" + last().after().lastUpdatedMs() + "}").replace('\'', '"')));
        assertThat(last().delta(false)).isSameAs(last().delta(false));
    }

    @Test
    void deltaBelowZero_firstChangesTheState_thenTakesAwayWhatIsLeft() throws IOException {
        records.book("A");
        records.delta("A", "yes", "0.4300", "-500.00");
        assertThat(last().after().book().state()).isEqualTo(BookState.STALE);
        records.delta("A", "yes", "0.4200", "-500.00");
        records.delta("A", "yes", "0.4200", "-500.00");
        assertThat(changes()).isEqualTo(List.of(Change.WHOLE, Change.WHOLE, Change.LEVEL, Change.NOTHING));
        assertThat(fields(publications.get(2).delta(false))).isEqualTo(List.of("yes", "0.4200", "-13.00"));
    }

    @Test
    void status_isNoChangeOfTheBook() {
        records.book("A");
        records.apply("market_status", "A", "\"status\":\"paused\"");
        assertThat(changes()).isEqualTo(List.of(Change.WHOLE, Change.NOTHING));
    }

    @Test
    void merged_isOneStepFromTheFirstToTheLast_inWhicheverOrderTheyCame() {
        records.book("A");
        records.delta("A", "yes", "0.4300", "1.00");
        records.delta("A", "yes", "0.4100", "1.00");
        records.delta("A", "yes", "0.4300", "-1.00");
        Publication first = publications.get(1);
        Publication second = publications.get(2);
        Publication third = publications.get(3);
        for (Publication merged : List.of(
                first.mergedWith(second).mergedWith(third), third.mergedWith(first).mergedWith(second))) {
            assertThat(List.of(merged.before().version(), merged.after().version())).isEqualTo(List.of(1L, 4L));
            assertThat(List.of(merged.changesOfBook(), merged.changesOfTop(1, true))).isEqualTo(List.of(3, 2));
            assertThat(merged.change()).isEqualTo(Change.WHOLE);
        }
        records.delta("A", "yes", "0.4100", "-1.00");
        assertThat(first.mergedWith(second).mergedWith(third).mergedWith(last()).change()).isEqualTo(Change.WHOLE);
    }

    private Publication mergedFrom(int first) {
        return publications.stream().skip(first).reduce(Publication::mergedWith).orElseThrow();
    }

    /** How many changes a follower of that depth sees, with and without changes of the status alone. */
    @Test
    void merged_countsWhatIsSeenAtEachDepth() {
        records.book("A");
        records.delta("A", "yes", "0.4300", "1.00");
        records.delta("A", "no", "0.5500", "1.00");
        records.delta("A", "yes", "0.4200", "1.00");
        records.apply("market_status", "A", "\"status\":\"paused\"");
        records.delta("A", "yes", "0.4100", "1.00");
        Publication merged = mergedFrom(1);
        assertThat(List.of(merged.changesOfTop(1, false), merged.changesOfTop(2, false),
                merged.changesOfTop(3, false), merged.changesOfTop(50, false))).isEqualTo(List.of(2, 3, 4, 4));
        assertThat(List.of(merged.changesOfTop(1, true), merged.changesOfTop(50, true))).isEqualTo(List.of(3, 5));
        assertThat(merged.changesOfBook()).isEqualTo(4);
        assertThat(List.of(last().changesOfTop(2, true), last().changesOfTop(3, true), last().changesOfBook()))
                .as("one change").isEqualTo(List.of(0, 1, 1));
    }

    @Test
    void changes_belowTheDeepestFollower_areNotCounted() {
        String levels = IntStream.range(0, 52).mapToObj(i -> "[\"0." + (99 - i) + "00\",\"1.00\"]").collect(Collectors.joining(","));
        records.snapshot("A", levels, "");
        records.delta("A", "yes", "0.5000", "1.00");
        records.delta("A", "yes", "0.4900", "1.00");
        assertThat(mergedFrom(1).changesOfTop(50, true)).as("of the 50th level").isEqualTo(1);
        records.delta("A", "yes", "0.4900", "1.00");
        assertThat(List.of(mergedFrom(2).changesOfTop(50, true), mergedFrom(2).changesOfBook())).as("of the 51st")
                .isEqualTo(List.of(0, 2));
    }

    @Test
    void delta_ofWhatIsNoSingleLevel_isAnError() {
        records.book("A");
        assertThatThrownBy(() -> last().delta(false)).isInstanceOf(IllegalStateException.class).hasMessageContaining("WHOLE");
    }

    @Test
    void snapshotThatReplacesTheOnlyLevel_isThatLevelsChange() throws IOException {
        records.snapshot("A", "[\"0.4300\",\"120.00\"]", "");
        records.snapshot("A", "[\"0.4300\",\"100.00\"]", "");
        records.snapshot("A", "[\"0.4400\",\"100.00\"]", "");
        assertThat(changes()).isEqualTo(List.of(Change.WHOLE, Change.LEVEL, Change.WHOLE));
        assertThat(fields(publications.get(1).delta(false))).isEqualTo(List.of("yes", "0.4300", "-20.00"));
    }
}
