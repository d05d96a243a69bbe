package io.bookserver.chaos.oracle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.book.ProxyMessage;
import io.bookserver.book.Side;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a record of the topic says by section 1 of the contract, in the shapes that the chaos run writes and with
 * whatever was damaged in them.
 *
 * @param kind what to do with it
 * @param ticker the market that it is about; empty for {@code feed_status} and {@code feed_gap}
 * @param named for {@link Kind#UNCLEAR}, the markets that it could be about
 * @param message for {@link Kind#BOOK} and {@link Kind#GAP}
 * @param exchangeHeardMs for {@link Kind#STATUS}
 * @param provenance of the levels that it touches, see {@link Fingerprint#provenance}
 */
record Reading(Kind kind, String ticker, Set<String> named, ProxyMessage message, long connection, boolean connected,
        long exchangeHeardMs, long provenance) {
    enum Kind {
        /** A snapshot, a delta, or one that is refused. */
        BOOK,
        GAP,
        STATUS,
        /** Counts for no book. */
        OTHER,
        /** The contract does not say what a reader makes of it: the markets that it names could be anything. */
        UNCLEAR
    }

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern TICKER = Pattern.compile("\"market_ticker\":\"([!-~&&[^\"\\\\]]+)\"");
    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?");
    private static final int TICKS_PER_DOLLAR = 10_000;

    static Reading of(byte[] keyBytes, byte[] value, long kafkaMs) {
        String key = keyBytes == null ? "" : new String(keyBytes, StandardCharsets.UTF_8);
        try {
            return of(key, JSON.readTree(value), kafkaMs);
        } catch (IOException e) {
            String text = new String(value, StandardCharsets.ISO_8859_1);
            // JSON leaves open what a name means that stands there twice
            return e.getMessage().startsWith("Duplicate field") ? unclear(key, text) : broken(key, text);
        } catch (Unclear e) {
            return unclear(key, new String(value, StandardCharsets.ISO_8859_1));
        }
    }

    /** Not JSON: refused, and about the market that the payload or else the key names. */
    private static Reading broken(String key, String text) {
        Matcher told = TICKER.matcher(text);
        boolean tellsTheSame = !told.find() || told.group(1).equals(key);
        return tellsTheSame && !key.isEmpty() ? refused(key) : unclear(key, text);
    }

    private static Reading unclear(String key, String text) {
        Set<String> named = new HashSet<>(Set.of(key));
        for (Matcher told = TICKER.matcher(text); told.find(); ) {
            named.add(told.group(1));
        }
        named.remove("");
        return new Reading(Kind.UNCLEAR, "", named, null, 0, false, 0, 0);
    }

    private static Reading refused(String ticker) {
        ProxyMessage message = ProxyMessage.delta(ticker, Side.YES, 1, 1).damaged(ProxyMessage.Kind.CUT_SHORT);
        return new Reading(Kind.BOOK, ticker, Set.of(), message, 0, false, 0, 0);
    }

    private static Reading of(String key, JsonNode envelope, long kafkaMs) throws Unclear {
        JsonNode payload = envelope.path("payload");
        JsonNode msg = payload.path("msg");
        requireNames(envelope, "payload", "receivedTimestamp", "publishedTimestamp", "connection", "version", "channel",
                "marketTicker", "sequence", "source");
        requireNames(payload, "type", "id", "sid", "seq", "msg");
        require(payload.path("type").isTextual() && msg.isObject() && envelope.path("version").isIntegralNumber());
        OptionalLong connection = number(envelope, "connection");
        String type = payload.get("type").textValue();
        switch (type) {
            case "feed_status" -> {
                return new Reading(Kind.STATUS, "", Set.of(), null, connection.orElseThrow(), msg.path("connected").asBoolean(),
                        msg.path("exchange_heard_ms").longValue(), 0);
            }
            case "feed_gap" -> {
                return new Reading(Kind.GAP, "", Set.of(), ProxyMessage.gap(connection.orElseThrow(), number(payload, "sid")),
                        connection.orElseThrow(), false, 0, 0);
            }
            case "orderbook_snapshot", "orderbook_delta" -> {
                return book(key, type, envelope, payload, msg, connection, kafkaMs);
            }
            case "trade", "ticker", "market_lifecycle_v2" -> {
                return new Reading(Kind.OTHER, "", Set.of(), null, 0, false, 0, 0);
            }
            // damaged, and perhaps something that counts elsewhere
            default -> throw new Unclear();
        }
    }

    private static Reading book(String key, String type, JsonNode envelope, JsonNode payload, JsonNode msg, OptionalLong connection,
            long kafkaMs) throws Unclear {
        require(msg.path("market_ticker").isTextual() && key.equals(msg.get("market_ticker").textValue()));
        if (envelope.get("version").longValue() > 1) {
            return refused(key);
        }
        require(envelope.get("version").longValue() == 1);
        ProxyMessage message;
        if (type.equals("orderbook_snapshot")) {
            requireNames(msg, "market_ticker", "market_id", "yes_dollars_fp", "no_dollars_fp");
            message = ProxyMessage.snapshot(key, ladder(msg.get("yes_dollars_fp")), ladder(msg.get("no_dollars_fp")));
        } else {
            requireNames(msg, "market_ticker", "market_id", "price_dollars", "delta_fp", "side", "ts_ms");
            String side = msg.path("side").asText();
            require(side.equals("yes") || side.equals("no"));
            message = ProxyMessage.delta(key, side.equals("yes") ? Side.YES : Side.NO,
                    priceTicks(msg.path("price_dollars")), hundredths(msg.path("delta_fp")));
            require(message.deltaHundredths() != 0);
        }
        OptionalLong sid = number(payload, "sid");
        OptionalLong seq = number(payload, "seq");
        require(sid.isPresent() && seq.isPresent());
        OptionalLong received = number(envelope, "receivedTimestamp");
        long published = number(envelope, "publishedTimestamp").orElse(kafkaMs);
        message = message.connection(connection).at(sid.getAsLong(), seq.getAsLong()).received(received);
        return new Reading(Kind.BOOK, key, Set.of(), message, connection.orElse(0), false, 0, Fingerprint.provenance(
                number(msg, "ts_ms").orElse(Long.MIN_VALUE), received.orElse(Long.MIN_VALUE), published));
    }

    private static Map<Integer, Long> ladder(JsonNode levels) throws Unclear {
        Map<Integer, Long> ladder = new TreeMap<>();
        if (levels != null) {
            require(levels.isArray());
            for (JsonNode level : levels) {
                require(level.isArray() && level.size() == 2);
                require(ladder.put(priceTicks(level.get(0)), hundredths(level.get(1))) == null);
            }
        }
        for (long quantity : ladder.values()) {
            require(quantity > 0);
        }
        return ladder;
    }

    private static int priceTicks(JsonNode text) throws Unclear {
        long ticks = units(text, 4);
        require(ticks > 0 && ticks < TICKS_PER_DOLLAR);
        return (int) ticks;
    }

    private static long hundredths(JsonNode text) throws Unclear {
        return units(text, 2);
    }

    private static long units(JsonNode text, int decimals) throws Unclear {
        require(text.isTextual() && DECIMAL.matcher(text.textValue()).matches());
        try {
            return new BigDecimal(text.textValue()).movePointRight(decimals).longValueExact();
        } catch (ArithmeticException e) {
            throw new Unclear();
        }
    }

    /** A whole number above 0; absent where its name is not there. */
    private static OptionalLong number(JsonNode from, String name) throws Unclear {
        if (!from.has(name)) {
            return OptionalLong.empty();
        }
        require(from.get(name).isIntegralNumber() && from.get(name).canConvertToLong() && from.get(name).longValue() > 0);
        return OptionalLong.of(from.get(name).longValue());
    }

    private static void requireNames(JsonNode object, String... allowed) throws Unclear {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            boolean isKnown = false;
            for (String one : allowed) {
                isKnown |= one.equals(name);
            }
            // one letter of a name may have changed: absent then, or refused?
            require(isKnown);
        }
    }

    private static void require(boolean isClear) throws Unclear {
        if (!isClear) {
            throw new Unclear();
        }
    }

    private static final class Unclear extends Exception {
        Unclear() {
            super(null, null, false, false);
        }
    }
}
