package io.bookserver.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.testkit.BrokerResource;
import io.bookserver.testkit.Records;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compares the document of the WebSocket with what the server does. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class AsyncApiTest extends StreamServer {
    private static final List<String> COMMANDS =
            List.of("subscribe", "update_subscription", "list_subscriptions", "unsubscribe");
    /** Their {@code msg} is the exchange's own. */
    private static final Set<String> RELAYED =
            Set.of("trade", "market_lifecycle_v2", "event_lifecycle", "multivariate_market_lifecycle");

    private JsonNode document;
    private JsonNode messages;

    @BeforeEach
    void readDocument() throws IOException {
        document = new YAMLMapper().readTree(given().get("/q/asyncapi").then().statusCode(200).extract().asString());
        messages = document.at("/components/messages");
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        messages.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private List<JsonNode> examples(String message) {
        return messages.at("/" + message + "/examples").valueStream().map(example -> example.get("payload")).toList();
    }

    @Test
    void document_namesEveryChannelMessageAndError() {
        JsonNode channels = messages.at("/subscribe/payload/properties/params/properties/channels/items/enum");
        assertThat(channels.valueStream().map(JsonNode::asText).toList()).isEqualTo(
                Arrays.stream(ChannelKind.values()).map(ChannelKind::wireName).toList());
        assertThat(names()).containsAll(Arrays.stream(DataType.values()).map(DataType::wireName).toList())
                .containsAll(COMMANDS);
        assertThat(messages.at("/error/payload/properties/msg/properties/code/description").asText().trim()).isEqualTo(
                Arrays.stream(ErrorCode.values()).map(error -> error.code() + " " + error.text())
                        .collect(Collectors.joining("\n")));
    }

    @Test
    void everyMessage_hasExamples_thatAreAsItsSchemaSays() {
        for (String message : names()) {
            assertThat(examples(message)).as(message).isNotEmpty();
            for (JsonNode example : examples(message)) {
                assertThat(breaches(messages.at("/" + message + "/payload"), example, "")).as(message).isEmpty();
            }
        }
    }

    /** Where a value differs from its schema, as far as this document's schemas go; an additional field counts, too. */
    private List<String> breaches(JsonNode schemaOrReference, JsonNode value, String path) {
        JsonNode schema = schemaOrReference.has("$ref")
                ? document.at(schemaOrReference.get("$ref").asText().substring(1)) : schemaOrReference;
        List<String> breaches = new ArrayList<>();
        if (schema.has("const") && !schema.get("const").equals(value)
                || schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)
                || schema.has("minimum") && value.longValue() < schema.get("minimum").longValue()
                || schema.has("type") && !schema.get("type").asText().equals(type(value))) {
            breaches.add(path + ": " + value);
        }
        schema.path("required").forEach(field -> {
            if (!value.has(field.asText())) {
                breaches.add(path + ": lacks " + field.asText());
            }
        });
        if (schema.has("oneOf")
                && schema.get("oneOf").valueStream().noneMatch(one -> breaches(one, value, path).isEmpty())) {
            breaches.add(path + ": none of those possible: " + value);
        }
        if (schema.has("properties")) {
            value.properties().forEach(field -> {
                JsonNode property = schema.get("properties").path(field.getKey());
                breaches.addAll(property.isMissingNode() ? List.of(path + ": unknown " + field.getKey())
                        : breaches(property, field.getValue(), path + "/" + field.getKey()));
            });
        }
        if (schema.has("items")) {
            value.forEach(item -> breaches.addAll(breaches(schema.get("items"), item, path + "[]")));
        }
        return breaches;
    }

    private static String type(JsonNode value) {
        return value.isIntegralNumber() ? "integer" : value.getNodeType().toString().toLowerCase(Locale.ROOT);
    }

    @Test
    void examplesOfCommands_areTaken() throws IOException {
        for (JsonNode subscribe : examples("subscribe")) {
            try (StreamClient client = StreamClient.connect(uri)) {
                client.send(subscribe.toString());
                if (subscribe.at("/params/channels/0").asText().equals("orderbook_delta")) {
                    for (String command : COMMANDS.subList(1, COMMANDS.size())) {
                        for (JsonNode example : examples(command)) {
                            client.send(example.toString());
                        }
                    }
                }
                assertThat(client.settle()).as("%s", subscribe).isNotEmpty()
                        .noneMatch(frame -> frame.get("type").asText().equals("error"));
            }
        }
    }

    @Test
    void examplesOfWhatTheServerSends_haveTheFieldsThatItSends() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        for (String message : names()) {
            if (!COMMANDS.contains(message)) {
                documented.put(message, examples(message).stream()
                        .filter(example -> example.at("/msg/code").asInt() != ErrorCode.BUFFER_OVERFLOW.code())
                        .map(AsyncApiTest::fields).collect(Collectors.toCollection(TreeSet::new)));
            }
        }
        Map<String, Set<String>> sent = new TreeMap<>();
        for (JsonNode frame : everyKindOfFrame()) {
            sent.computeIfAbsent(frame.get("type").asText(), name -> new TreeSet<>()).add(fields(frame));
        }
        assertThat(documented).as("fields in the examples of asyncapi.yaml, compared with those sent").isEqualTo(sent);
    }

    /** Every field by its path; the elements of an array count as one. */
    private static String fields(JsonNode frame) {
        Set<String> paths = new TreeSet<>();
        addFields(frame, "", paths, RELAYED.contains(frame.get("type").asText()));
        return String.join(" ", paths);
    }

    private static void addFields(JsonNode value, String path, Set<String> paths, boolean onlyOutside) {
        value.properties().forEach(field -> {
            String name = path + "/" + field.getKey();
            paths.add(name);
            if (!onlyOutside) {
                addFields(field.getValue(), name, paths, false);
            }
        });
        if (value.isArray()) {
            value.forEach(item -> addFields(item, path + "[]", paths, onlyOutside));
        }
    }

    private static void update(StreamClient client, int sid, String action, String ticker) throws IOException {
        client.send("update_subscription",
                "\"sids\":[" + sid + "],\"action\":\"" + action + "\",\"market_tickers\":[\"" + ticker + "\"]");
    }

    private List<JsonNode> everyKindOfFrame() throws IOException {
        Records records = new Records(registry);
        records.book("AA-1");
        try (StreamClient client = StreamClient.connect(uri)) {
            client.send("subscribe", "\"channels\":[\"orderbook_delta\",\"top_of_book\",\"ticker\",\"trade\","
                    + "\"market_lifecycle_v2\",\"multivariate_market_lifecycle\"],\"market_tickers\":[\"AA-1\"],"
                    + "\"send_initial_snapshot\":true");
            update(client, 1, "get_snapshot", "AA-1");
            update(client, 3, "add_markets", "AA-2");
            update(client, 1, "add_markets", "AA-2");
            client.send("subscribe", "\"channels\":[\"nothing\"]");
            List<JsonNode> frames = new ArrayList<>(client.settle());
            long listed = client.send("list_subscriptions", "");
            frames.add(client.reply(listed));
            records.apply("orderbook_delta", "AA-1", "\"market_id\":\"id\",\"price_dollars\":\"0.4300\","
                    + "\"delta_fp\":\"1.00\",\"side\":\"yes\",\"ts\":\"2026-08-07T06:46:28.97871Z\","
                    + "\"ts_ms\":1786085188978");
            records.relay(fanOut, "trade", "{\"market_ticker\":\"AA-1\"}", true);
            for (String type : List.of("market_lifecycle_v2", "multivariate_market_lifecycle")) {
                records.relay(fanOut, type, "{\"market_ticker\":\"AA-1\",\"event_type\":\"settled\"}", true);
            }
            records.relay(fanOut, "event_lifecycle", "{\"event_ticker\":\"AA\"}", true);
            Loops.settle(fanOut);
            frames.addAll(client.settle());
            client.send("unsubscribe", "\"sids\":[1,2]");
            client.send("subscribe", "\"channels\":[\"top_of_book\"],\"market_tickers\":[\"AA-1\"],\"depth\":2");
            frames.addAll(client.settle());
            return frames;
        }
    }
}
