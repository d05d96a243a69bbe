package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * Reads {@code {"id":N,"cmd":...,"params":{...}}}, token by token, so that a long command can be read in several steps.
 * Unknown keys are ignored: clients send many.
 *
 * <p><i>Not thread-safe; confined to one command.</i>
 */
public final class CommandReader {
    /** The names are chosen by the client, so they must not be interned or remembered. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();
    /** More than the number of channels. Each named channel gets a reply, so the list must not be long. */
    private static final int MAX_CHANNELS = 32;

    private static final int MAX_SIDS = 32;
    private static final int TOKENS_A_LOOK = 64;

    private enum Place { BEFORE, COMMAND, PARAMS, LIST, BEHIND }

    private final String text;
    private JsonParser parser;
    private Place place = Place.BEFORE;
    /** The name of the field whose value or list is being read. */
    private String name = "";

    /** The number of open containers that are being skipped. */
    private int passedOver;

    private boolean understood = true;
    private long id;
    private String cmd;
    private boolean hasParams;
    private List<String> channels;
    private List<String> tickers;
    private List<String> marketIds;
    /** The number of parameters that name markets. */
    private int namings;
    private List<Long> sids;
    private String action;
    private boolean sendInitialSnapshot;
    private boolean skipTickerAck;
    private boolean useYesPrice;
    private OptionalInt depth = OptionalInt.empty();
    private OptionalInt intervalMs = OptionalInt.empty();
    private boolean invalid;

    /** A command that has not been read yet. */
    public CommandReader(String text) {
        this.text = text;
    }

    /**
     * Continues reading.
     *
     * @param enough asked now and then whether to stop for now
     * @return whether the command was read completely
     * @throws CommandException 1 if it is not JSON or not a command
     */
    public boolean advance(BooleanSupplier enough) throws CommandException {
        try {
            if (parser == null) {
                parser = JSON.createParser(text);
            }
            int read = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                take(token);
                if (++read % TOKENS_A_LOOK == 0 && enough.getAsBoolean()) {
                    return false;
                }
            }
            parser.close();
            return true;
        } catch (IOException e) {
            throw unable();
        }
    }

    /**
     * The command, after it was read completely.
     *
     * @throws CommandException 1 if it is not a command, 11 if a parameter is of a wrong type or has too many elements
     */
    public ClientCommand command() throws CommandException {
        if (place != Place.BEHIND || !understood || cmd == null) {
            throw unable();
        }
        if (invalid || namings > 1) {
            throw new CommandException(id, ErrorCode.INVALID_PARAMETER);
        }
        return new ClientCommand(id, cmd, hasParams, Optional.ofNullable(channels), Optional.ofNullable(tickers),
                Optional.ofNullable(marketIds), Optional.ofNullable(sids), Optional.ofNullable(action),
                new ClientCommand.Options(sendInitialSnapshot, skipTickerAck, useYesPrice, depth, intervalMs));
    }

    private void take(JsonToken token) throws IOException, CommandException {
        if (passedOver > 0) {
            passedOver += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } else if (place == Place.BEHIND || place == Place.BEFORE && token != JsonToken.START_OBJECT) {
            throw unable();
        } else if (place == Place.BEFORE) {
            place = Place.COMMAND;
        } else if (token == JsonToken.FIELD_NAME) {
            name = parser.currentName();
        } else if (token.isStructEnd()) {
            place = place == Place.LIST ? Place.PARAMS : place == Place.PARAMS ? Place.COMMAND : Place.BEHIND;
        } else if (!value(token) && token.isStructStart()) {
            passedOver = 1;
        }
    }

    /** Handles a value, or its beginning; returns whether its content is needed. */
    private boolean value(JsonToken token) throws IOException {
        if (place == Place.LIST) {
            element(token);
            return false;
        }
        if (token == JsonToken.VALUE_NULL) {
            return false;
        }
        return place == Place.PARAMS ? param(token) : field(token);
    }

    private boolean field(JsonToken token) throws IOException {
        switch (name) {
            case "id":
                boolean whole = isLong(token);
                id = whole ? parser.getLongValue() : 0;
                understood &= whole;
                return false;
            case "cmd":
                understood &= token == JsonToken.VALUE_STRING;
                cmd = parser.getText();
                return false;
            case "params":
                boolean object = token == JsonToken.START_OBJECT;
                understood &= object;
                hasParams |= object;
                place = object ? Place.PARAMS : place;
                return object;
            default:
                return false;
        }
    }

    private boolean param(JsonToken token) throws IOException {
        switch (name) {
            case "channels":
                channels = new ArrayList<>();
                return list(token);
            case "market_tickers":
                namings++;
                tickers = new ArrayList<>();
                return list(token);
            case "market_ids":
                namings++;
                marketIds = new ArrayList<>();
                return list(token);
            case "sids":
                sids = sids == null ? new ArrayList<>() : sids;
                return list(token);
            case "market_ticker":
                namings++;
                tickers = new ArrayList<>(List.of(string(token)));
                return false;
            case "market_id":
                namings++;
                marketIds = new ArrayList<>(List.of(string(token)));
                return false;
            case "sid":
                sids = sids == null ? new ArrayList<>() : sids;
                add(sids, number(token), MAX_SIDS);
                return false;
            case "action":
                action = string(token);
                return false;
            case "send_initial_snapshot":
                sendInitialSnapshot = flag(token);
                return false;
            case "skip_ticker_ack":
                skipTickerAck = flag(token);
                return false;
            case "use_yes_price":
                useYesPrice = flag(token);
                return false;
            case "depth":
                depth = within(token, 1, ClientCommand.Options.MAX_DEPTH);
                return false;
            case "interval_ms":
                intervalMs = within(token, 0, ClientCommand.Options.MAX_INTERVAL_MS);
                return false;
            default:
                return false;
        }
    }

    private boolean list(JsonToken token) {
        boolean array = token == JsonToken.START_ARRAY;
        invalid |= !array;
        place = array ? Place.LIST : place;
        return array;
    }

    private void element(JsonToken token) throws IOException {
        if (invalid) {
            // the command is refused whatever follows, which must only be JSON
            return;
        }
        switch (name) {
            case "channels":
                add(channels, string(token), MAX_CHANNELS);
                break;
            case "market_tickers":
                tickers.add(string(token));
                break;
            case "market_ids":
                marketIds.add(string(token));
                break;
            default:
                add(sids, number(token), MAX_SIDS);
        }
    }

    private <T> void add(List<T> values, T value, int max) {
        if (values.size() < max) {
            values.add(value);
        } else {
            invalid = true;
        }
    }

    private String string(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        invalid = true;
        return "";
    }

    private long number(JsonToken token) throws IOException {
        if (isLong(token)) {
            return parser.getLongValue();
        }
        invalid = true;
        return 0;
    }

    /** That number; negative if it is none, or out of range. */
    private OptionalInt within(JsonToken token, int min, int max) throws IOException {
        long value = isLong(token) ? parser.getLongValue() : -1;
        return OptionalInt.of(value < min || value > max ? -1 : (int) value);
    }

    private boolean isLong(JsonToken token) throws IOException {
        return token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    private boolean flag(JsonToken token) {
        invalid |= !token.isBoolean();
        return token == JsonToken.VALUE_TRUE;
    }

    private CommandException unable() {
        return new CommandException(id, ErrorCode.UNABLE_TO_PROCESS);
    }
}
