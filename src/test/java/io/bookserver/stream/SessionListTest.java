package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.kalshi.JsonBytes;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The status of connections, one by one and all together, with time and sockets controlled by the test. */
class SessionListTest {
    private static final String SUBSCRIBE =
            "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"],\"market_tickers\":[%s]}}";
    private static final Duration LOOK = Limits.WIDE.maxUnreadTime().dividedBy(10);

    private StreamRig rig = new StreamRig(Limits.WIDE);

    private static JsonNode json(List<byte[]> pieces) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write('[');
        for (byte[] piece : pieces) {
            whole.write(piece);
        }
        whole.write(']');
        return StreamClient.json(whole.toString());
    }

    private JsonNode list(Line... lines) throws IOException {
        CompletableFuture<List<byte[]>> told = new SessionLists(rig.fanOut()).list().toCompletableFuture();
        for (Line line : lines) {
            line.run();
        }
        assertThat(told).isDone();
        return json(told.join());
    }

    private JsonNode only(Line line) throws IOException {
        JsonNode list = list(line);
        assertThat(list).hasSize(1);
        return list.get(0);
    }

    private JsonNode status(ClientsStatus status) throws IOException {
        JsonBytes out = new JsonBytes(16);
        status.write(out);
        return StreamClient.json(new String(out.toByteArray()));
    }

    @Test
    void nobodyConnected_isAnEmptyList() throws IOException {
        assertThat(list()).isEmpty();
        Line line = rig.connect();
        line.disconnect();
        assertThat(list(line)).isEmpty();
    }

    @Test
    void connectionThatHasEndedMeanwhile_isLeftOut() throws IOException {
        Line line = rig.connect();
        line.session().end("test");
        line.shard().sessions().add(line.session());
        assertThat(list(line)).isEmpty();
    }

    @Test
    void clientThatReads_isTold_fieldByField() throws IOException {
        rig.records().book("A");
        long before = rig.registry().nowMs();
        Line line = rig.connect();
        long after = rig.registry().nowMs();
        line.command(SUBSCRIBE.formatted("top_of_book", "\"A\""));
        line.command(SUBSCRIBE.formatted("orderbook_delta", "\"A\",\"B\""));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        line.run();
        rig.passes(Duration.ofSeconds(7));
        JsonNode client = only(line);
        assertThat(client.get("since_ms").asLong()).isBetween(before, after);
        assertThat(client.get("age_ms").asLong()).isBetween(7_000L, rig.registry().nowMs() - before);
        // two replies, three snapshots and tops, a delta and a top
        assertThat(client.toString()).isEqualTo("{\"address\":\"127.0.0.1:4711\",\"since_ms\":" + client.get("since_ms")
                + ",\"age_ms\":" + client.get("age_ms") + ",\"subscriptions\":["
                + "{\"channel\":\"top_of_book\",\"sid\":1,\"markets\":1},"
                + "{\"channel\":\"orderbook_delta\",\"sid\":2,\"markets\":2}],"
                + "\"messages\":7,\"unsent_bytes\":0,\"waiting_markets\":0,\"conflated\":0,"
                + "\"not_reading_since_ms\":null}");
        line.command("{\"id\":2,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[1]}}");
        assertThat(only(line).get("subscriptions").toString())
                .isEqualTo("[{\"channel\":\"orderbook_delta\",\"sid\":2,\"markets\":2}]");
        assertThat(only(line).get("messages").asInt()).isEqualTo(8);
    }

    @Test
    void clientThatDoesNotRead_isTold_untilItReads() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 4_096, 65_536));
        rig.records().book("A");
        rig.records().book("B");
        Line line = rig.connect();
        line.command(SUBSCRIBE.formatted("orderbook_delta", "\"A\",\"B\""));
        long sentBefore = only(line).get("messages").asLong();
        line.stall();
        rig.passes(Duration.ofSeconds(5));
        long stalledMs = rig.registry().nowMs();
        for (int round = 0; round < 100; round++) {
            rig.records().delta(round % 2 == 0 ? "A" : "B", "yes", "0.4400", "1.00");
            line.run();
        }
        long fullMs = rig.registry().nowMs();
        rig.passes(Duration.ofSeconds(20));
        JsonNode slow = only(line);
        assertThat(slow.get("unsent_bytes").asLong()).isEqualTo(line.session().outbox().unsentBytes()).isGreaterThan(4_096);
        assertThat(slow.get("waiting_markets").asInt()).isEqualTo(2);
        assertThat(slow.get("not_reading_since_ms").asLong()).isBetween(stalledMs, fullMs);
        // each change was sent, is one of the two that wait, or was replaced by one of them
        assertThat(slow.get("messages").asLong() - sentBefore + slow.get("conflated").asLong() + 2).isEqualTo(100);
        assertThat(slow.get("conflated").asLong()).isPositive();
        line.read();
        JsonNode again = only(line);
        assertThat(again.get("not_reading_since_ms").isNull()).isTrue();
        assertThat(List.of(again.get("unsent_bytes").asInt(), again.get("waiting_markets").asInt()))
                .isEqualTo(List.of(0, 0));
        assertThat(again.get("messages").asLong()).isEqualTo(slow.get("messages").asLong() + 2);
        assertThat(again.get("conflated").asLong()).isEqualTo(line.client().conflated());
    }

    @Test
    void clientThatTakesSomething_doesNotReadSinceThen() throws IOException {
        Line line = rig.connect();
        line.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        line.run();
        long first = only(line).get("not_reading_since_ms").asLong();
        rig.passes(LOOK);
        line.after(LOOK);
        assertThat(only(line).get("not_reading_since_ms").asLong()).isEqualTo(first);
        line.session().wire().ping(new byte[0]);
        rig.passes(LOOK);
        line.after(LOOK);
        assertThat(only(line).get("not_reading_since_ms").asLong())
                .isGreaterThanOrEqualTo(first + 2 * LOOK.toMillis());
    }

    @Test
    void replyInFragments_isOneMessage() throws IOException {
        int count = 30_000;
        rig = new StreamRig(new Limits(2 * count, 1_000, 4_096, 65_536));
        Line line = rig.connect();
        StringBuilder tickers = new StringBuilder("\"T-0\"");
        for (int i = 1; i < count; i++) {
            tickers.append(",\"T-").append(i).append('"');
        }
        line.command(SUBSCRIBE.formatted("ticker", tickers));
        long before = only(line).get("messages").asLong();
        assertThat(line.command(SUBSCRIBE.formatted("ticker", "\"T-0\""))).hasSize(1);
        assertThat(only(line).get("messages").asLong()).isEqualTo(before + 1);
    }

    @Test
    void list_isTold_inTurns_whileConnectionsComeAndGo() throws IOException {
        Shard shard = rig.connect().shard();
        shard.sessions().clear();
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sessions.add(rig.connect().session());
        }
        shard.sessions().addAll(sessions);
        CompletableFuture<List<byte[]>> told = new CompletableFuture<>();
        SessionList list = new SessionList(shard, told);
        int turns = 0;
        while (!told.isDone()) {
            list.proceed(Turn.of(0));
            turns++;
            if (turns == 1) {
                // half of them, visited or not
                for (Session session : sessions.subList(0, 100)) {
                    session.end("test");
                    shard.sessions().remove(session);
                }
                shard.sessions().add(rig.connect().session());
            }
        }
        List<byte[]> pieces = told.join();
        assertThat(turns).isGreaterThan(100);
        byte[] last = pieces.get(pieces.size() - 1);
        last[last.length - 1] = ' ';
        assertThat(json(pieces).size()).isBetween(100, 102);
    }

    @Test
    void askers_duringAWalk_shareTheNext_whichSeesWhoCameMeanwhile() throws IOException {
        SessionLists lists = new SessionLists(rig.fanOut());
        Line first = rig.connect();
        var running = lists.list().toCompletableFuture();
        Line second = rig.connect();
        var next = lists.list().toCompletableFuture();
        assertThat(lists.list()).isSameAs(next).isNotSameAs(running);
        first.run();
        assertThat(json(running.join())).hasSize(1);
        assertThat(next).isNotDone();
        // and so do requests that arrive during that one
        var third = lists.list();
        assertThat(lists.list()).isSameAs(third).isNotSameAs(next);
        first.run();
        second.run();
        assertThat(json(next.join())).hasSize(2);
        assertThat(list(first, second)).hasSize(2);
    }

    @Test
    void status_tellsAllConnectionsTogether() throws IOException {
        rig = new StreamRig(new Limits(1_000, 1_000, 1_024, 65_536));
        rig.records().book("A");
        ClientsStatus status = new ClientsStatus(rig.fanOut(), rig.metrics());
        status.look(0);
        Line slow = rig.connect();
        Line reading = rig.connect();
        slow.command(SUBSCRIBE.formatted("orderbook_delta", "\"A\""));
        reading.command(SUBSCRIBE.formatted("orderbook_delta", "\"A\",\"B\""));
        slow.stall();
        for (int round = 0; round < 100; round++) {
            rig.records().delta("A", "yes", "0.4400", "1.00");
            slow.run();
            reading.run();
        }
        JsonNode told = status(status);
        long messages = rig.metrics().sentMessages();
        assertThat(messages).isGreaterThan(100);
        long conflated = conflatedOne(slow, reading).get("conflated").asLong();
        assertThat(conflated).isPositive();
        assertThat(told.toString()).isEqualTo("{\"connections\":2,\"followed_markets\":3,\"messages\":" + messages
                + ",\"messages_per_second\":0,\"kafka_to_socket_ms\":" + told.get("kafka_to_socket_ms") + ",\"conflated\":" + conflated + ",\"closed_for_slowness\":0}");
        assertThat(told.at("/kafka_to_socket_ms/p99").isNumber()).isTrue();
        status.look(TimeUnit.SECONDS.toNanos(2));
        assertThat(status(status).get("messages_per_second").asLong()).isEqualTo(Math.round(messages / 2.0));
        status.look(TimeUnit.SECONDS.toNanos(3));
        assertThat(status(status).get("messages_per_second").asLong()).isZero();
        slow.after(Duration.ofSeconds(31));
        told = status(status);
        assertThat(List.of(told.get("connections").asInt(), told.get("closed_for_slowness").asInt()))
                .isEqualTo(List.of(1, 1));
        assertThat(told.get("followed_markets").asInt()).isEqualTo(2);
    }

    /** The one that has conflated messages. */
    private JsonNode conflatedOne(Line... lines) throws IOException {
        List<JsonNode> slow = new ArrayList<>();
        list(lines).forEach(client -> {
            if (client.get("conflated").asLong() > 0) {
                slow.add(client);
            }
        });
        assertThat(slow).hasSize(1);
        return slow.get(0);
    }
}
