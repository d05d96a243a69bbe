package io.bookserver.feed.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The connector's counterparts, controlled by the test and without a socket: lines whose commands are recorded and
 * whose answers the test gives, REST whose requests are recorded, and a topic that records what was published.
 */
final class FakeExchange implements Line.Opener, Rest, Output, ExchangeSession.Numbers, AuditedBooks {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One record of the topic; no key means every partition. */
    record Published(String key, String type, JsonNode payload, long connection) {}

    /** One REST request that waits for its answer. */
    record Question<T>(String query, Consumer<Answer<T>> answer) {}

    /** One socket. */
    static final class FakeLine implements Line {
        final Events events;
        final List<JsonNode> commands = new ArrayList<>();
        int pings;
        boolean reads;
        boolean closed;

        FakeLine(Events events) {
            this.events = events;
        }

        @Override
        public void send(String command) {
            commands.add(json(command));
        }

        @Override
        public void ping() {
            pings++;
        }

        @Override
        public void read(boolean nowReads) {
            reads = nowReads;
        }

        @Override
        public void close() {
            closed = true;
        }

        /** The commands since the last call. */
        List<JsonNode> take() {
            List<JsonNode> taken = List.copyOf(commands);
            commands.clear();
            return taken;
        }
    }

    final ManualClock clock;
    final List<FakeLine> lines = new ArrayList<>();
    final List<Published> published = new ArrayList<>();
    final List<Question<RestReader.MarketPage>> listings = new ArrayList<>();
    final List<Question<Map<String, BookLevels>>> bookQuestions = new ArrayList<>();
    private long lastNumber;

    FakeExchange(ManualClock clock) {
        this.clock = clock;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeLine line() {
        return lines.get(lines.size() - 1);
    }

    /** Sends a message on the newest line. */
    void say(String message) {
        line().events.received(message.getBytes(StandardCharsets.UTF_8), clock.epochMs());
    }

    void subscribed(long id, String channel, long sid) {
        say("{\"type\":\"subscribed\",\"id\":" + id + ",\"msg\":{\"channel\":\"" + channel + "\",\"sid\":" + sid + "}}");
    }

    void ok(long id, long sid, long seq) {
        say("{\"type\":\"ok\",\"id\":" + id + ",\"sid\":" + sid + ",\"seq\":" + seq + ",\"msg\":{}}");
    }

    void snapshot(long sid, long seq, String ticker) {
        snapshot(sid, seq, ticker, 0);
    }

    /** Answers the command with that id, which is none if it is 0. */
    void snapshot(long sid, long seq, String ticker, long id) {
        say("{\"type\":\"orderbook_snapshot\"" + (id == 0 ? "" : ",\"id\":" + id) + ",\"sid\":" + sid + ",\"seq\":" + seq + ",\"msg\":{\"market_ticker\":\"" + ticker
                + "\",\"market_id\":\"\"}}");
    }

    void delta(long sid, long seq, String ticker) {
        say("{\"type\":\"orderbook_delta\",\"sid\":" + sid + ",\"seq\":" + seq + ",\"msg\":{\"market_ticker\":\"" + ticker
                + "\",\"price_dollars\":\"0.4300\",\"delta_fp\":\"1.00\",\"side\":\"yes\"}}");
    }

    void lifecycle(String ticker, String event, String fields) {
        say("{\"type\":\"market_lifecycle_v2\",\"sid\":9,\"msg\":{\"market_ticker\":\"" + ticker + "\",\"event_type\":\""
                + event + "\"" + fields + "}}");
    }

    void error(long id, long sid, int code) {
        say("{\"type\":\"error\"" + (id == 0 ? "" : ",\"id\":" + id) + (sid == 0 ? "" : ",\"sid\":" + sid)
                + ",\"msg\":{\"code\":" + code + ",\"msg\":\"said by the test\"}}");
    }

    void end(String reason) {
        line().events.ended(new Line.End(reason, OptionalInt.empty()));
    }

    void refuse(int httpStatus) {
        line().events.ended(new Line.End("refused", OptionalInt.of(httpStatus)));
    }

    /** Answers the oldest list request. */
    Question<RestReader.MarketPage> list(String cursor, ListedMarket... markets) {
        Question<RestReader.MarketPage> question = listings.remove(0);
        question.answer().accept(new Answer<>(200,
                Optional.of(new RestReader.MarketPage(List.of(markets), cursor, 0)), ""));
        return question;
    }

    void failListing(int status) {
        listings.remove(0).answer().accept(new Answer<>(status, Optional.empty(), "said by the test"));
    }

    List<Published> published(String type) {
        return published.stream().filter(one -> one.type().equals(type)).toList();
    }

    @Override
    public Line open(Line.Events events) {
        lines.add(new FakeLine(events));
        return line();
    }

    @Override
    public void next(LongConsumer number) {
        lastNumber = Math.max(lastNumber + 1, clock.epochMs());
        number.accept(lastNumber);
    }

    @Override
    public void markets(String query, Consumer<Answer<RestReader.MarketPage>> answer) {
        listings.add(new Question<>(query, answer));
    }

    @Override
    public void books(Collection<String> tickers, Consumer<Answer<Map<String, BookLevels>>> answer) {
        bookQuestions.add(new Question<>(String.join(",", tickers), answer));
    }

    @Override
    public void publish(ExchangeMessage message, long connection) {
        published.add(new Published(message.subject(), message.type(),
                json(new String(message.payload(), StandardCharsets.UTF_8)), connection));
    }

    @Override
    public void publish(String ticker, String type, byte[] payload) {
        published.add(new Published(ticker, type, json(new String(payload, StandardCharsets.UTF_8)), 0));
    }

    @Override
    public void publishToAll(String type, byte[] payload, long connection) {
        published.add(new Published("", type, json(new String(payload, StandardCharsets.UTF_8)), connection));
    }

    @Override
    public void watch(Collection<String> tickers) {}

    @Override
    public Map<String, Set<BookLevels>> end() {
        return Map.of();
    }
}
