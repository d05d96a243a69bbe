package io.bookserver.kalshi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code {"id":N,"cmd":...,"params":{...}}}; unknown keys are passed over, as clients send many.
 *
 * <p><i>Not thread-safe; confined to one command.</i>
 */
public final class CommandReader {
    private static final JsonFactory JSON = new JsonFactory();
    /** More than there are channels: each of these gets a reply, so a command of them must not be long. */
    private static final int MAX_CHANNELS = 32;

    private static final int MAX_SIDS = 32;

    private long id;
    private String cmd;
    private boolean hasParams;
    private List<String> channels;
    private List<String> tickers;
    private List<String> marketIds;
    /** How many of the parameters that name markets there are. */
    private int namings;
    private List<Long> sids;
    private String action;
    private boolean sendInitialSnapshot;
    private boolean skipTickerAck;
    private boolean useYesPrice;
    private OptionalInt depth = OptionalInt.empty();
    private OptionalInt intervalMs = OptionalInt.empty();
    private boolean invalid;

    private CommandReader() {}

    /**
     * Reads one command.
     *
     * @throws CommandException 1 if it is not JSON or not a command, 11 if a parameter is of a wrong type or has too many elements
     */
    public static ClientCommand read(String text) throws CommandException {
        CommandReader reader = new CommandReader();
        try (JsonParser parser = JSON.createParser(text)) {
            return reader.command(parser);
        } catch (IOException e) {
            throw new CommandException(reader.id, ErrorCode.UNABLE_TO_PROCESS);
        }
    }

    private ClientCommand command(JsonParser parser) throws IOException, CommandException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw unable();
        }
        boolean understood = true;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case "id":
                    boolean whole = token == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
                    id = whole ? parser.getLongValue() : 0;
                    understood &= whole;
                    break;
                case "cmd":
                    understood &= token == JsonToken.VALUE_STRING;
                    cmd = parser.getText();
                    break;
                case "params":
                    understood &= token == JsonToken.START_OBJECT;
                    params(parser);
                    break;
                default:
            }
            parser.skipChildren();
        }
        if (!understood || cmd == null || parser.nextToken() != null) {
            throw unable();
        }
        if (invalid || namings > 1) {
            throw new CommandException(id, ErrorCode.INVALID_PARAMETER);
        }
        return new ClientCommand(id, cmd, hasParams, Optional.ofNullable(channels), Optional.ofNullable(tickers),
                Optional.ofNullable(marketIds), Optional.ofNullable(sids), Optional.ofNullable(action),
                new ClientCommand.Options(sendInitialSnapshot, skipTickerAck, useYesPrice, depth, intervalMs));
    }

    private void params(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return;
        }
        hasParams = true;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                param(parser, name);
                parser.skipChildren();
            }
        }
    }

    private void param(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "channels":
                channels = strings(parser);
                invalid |= channels.size() > MAX_CHANNELS;
                break;
            case "market_tickers":
                namings++;
                tickers = strings(parser);
                break;
            case "market_ticker":
                namings++;
                tickers = one(parser);
                break;
            case "market_ids":
                namings++;
                marketIds = strings(parser);
                break;
            case "market_id":
                namings++;
                marketIds = one(parser);
                break;
            case "sids":
                sids = sids == null ? new ArrayList<>() : sids;
                numbers(parser);
                break;
            case "sid":
                sids = sids == null ? new ArrayList<>() : sids;
                addSid(number(parser));
                break;
            case "action":
                action = string(parser);
                break;
            case "send_initial_snapshot":
                sendInitialSnapshot = flag(parser);
                break;
            case "skip_ticker_ack":
                skipTickerAck = flag(parser);
                break;
            case "use_yes_price":
                useYesPrice = flag(parser);
                break;
            case "depth":
                depth = within(parser, 1, ClientCommand.Options.MAX_DEPTH);
                break;
            case "interval_ms":
                intervalMs = within(parser, 0, ClientCommand.Options.MAX_INTERVAL_MS);
                break;
            default:
        }
    }

    private List<String> one(JsonParser parser) throws IOException {
        List<String> value = new ArrayList<>(1);
        value.add(string(parser));
        return value;
    }

    private List<String> strings(JsonParser parser) throws IOException {
        List<String> values = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            invalid = true;
            return values;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(string(parser));
            parser.skipChildren();
        }
        return values;
    }

    private void numbers(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            invalid = true;
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            addSid(number(parser));
            parser.skipChildren();
        }
    }

    private void addSid(long sid) {
        if (sids.size() < MAX_SIDS) {
            sids.add(sid);
        } else {
            invalid = true;
        }
    }

    private String string(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        invalid = true;
        return "";
    }

    private long number(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        invalid = true;
        return 0;
    }

    private OptionalInt within(JsonParser parser, int min, int max) throws IOException {
        long value = number(parser);
        invalid |= value < min || value > max;
        return OptionalInt.of((int) Math.max(min, Math.min(max, value)));
    }

    private boolean flag(JsonParser parser) {
        invalid |= !parser.currentToken().isBoolean();
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    private CommandException unable() {
        return new CommandException(id, ErrorCode.UNABLE_TO_PROCESS);
    }
}
