package io.bookserver.query;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The server's OpenAPI document, with which answers are compared: every field of an answer is described, has the
 * described type, and is null only where that is described; every required field is present.
 *
 * <p><i>Not thread-safe.</i>
 */
final class OpenApiDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode document;
    private final Set<String> faults = new TreeSet<>();
    private final Set<String> described = new TreeSet<>();
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> seenNull = new TreeSet<>();
    private final Set<String> nullable = new TreeSet<>();

    private OpenApiDocument(JsonNode document) {
        this.document = document;
    }

    static OpenApiDocument read() {
        return new OpenApiDocument(json(given().get("/q/openapi?format=json").then().statusCode(200).extract().asString()));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compares an answer with what the call describes for that status. */
    void check(String method, String path, int status, String answer) {
        JsonNode response = resolve(document.get("paths").path(path).path(method).path("responses").path(Integer.toString(status)));
        expect(!response.isMissingNode(), path, "is not described for " + method + " with " + status);
        check(response.at("/content/application~1json/schema"), json(answer), "");
    }

    /** Compares an answer with one of the document's schemas. */
    void checkSchema(String name, String answer) {
        check(document.at("/components/schemas/" + name), json(answer), name);
    }

    /** What was not as described. */
    Set<String> faults() {
        return faults;
    }

    /** The described fields that no answer had. */
    Set<String> unseen() {
        return without(described, seen);
    }

    /** The fields described as nullable that no answer had as null. */
    Set<String> neverNull() {
        return without(nullable, seenNull);
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** A schema with those of which it consists. */
    private List<JsonNode> parts(JsonNode schema) {
        List<JsonNode> parts = new ArrayList<>(List.of(resolve(schema)));
        parts.get(0).path("allOf").forEach(part -> parts.addAll(parts(part)));
        return parts;
    }

    private void check(JsonNode schema, JsonNode value, String at) {
        if (schema.isMissingNode()) {
            expect(false, at, "has no schema");
            return;
        }
        String name = nameOf(schema, at);
        List<JsonNode> parts = parts(schema);
        boolean mayBeNull = parts.stream().anyMatch(part -> part.path("nullable").asBoolean());
        if (mayBeNull) {
            nullable.add(at);
        }
        if (value.isNull()) {
            expect(mayBeNull, at, "is null");
            seenNull.add(at);
            return;
        }
        for (JsonNode part : parts) {
            checkType(part, value, at);
        }
        if (value.isArray()) {
            JsonNode items = parts.get(0).path("items");
            value.forEach(item -> check(items, item, name + "[]"));
        } else if (value.isObject()) {
            checkFields(parts, value, name);
        }
    }

    /** Of the schema that is referred to, also if something is said about its use here. */
    private static String nameOf(JsonNode schema, String at) {
        JsonNode reference = schema.path("allOf").size() == 1 ? schema.at("/allOf/0/$ref") : schema.path("$ref");
        return reference.isMissingNode() ? at : reference.asText().replaceAll(".*/", "");
    }

    private void checkFields(List<JsonNode> parts, JsonNode value, String at) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        for (JsonNode part : parts) {
            part.path("properties").properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            part.path("required").forEach(required -> expect(value.has(required.asText()), at, "lacks " + required));
        }
        fields.keySet().forEach(field -> described.add(at + "." + field));
        JsonNode others = parts.stream().map(part -> part.path("additionalProperties")).filter(JsonNode::isObject)
                .findFirst().orElse(null);
        value.properties().forEach(field -> {
            JsonNode schema = fields.getOrDefault(field.getKey(), others);
            seen.add(at + "." + field.getKey());
            check(schema == null ? MissingNode.getInstance() : schema, field.getValue(), at + "." + field.getKey());
        });
    }

    private void checkType(JsonNode schema, JsonNode value, String at) {
        String type = schema.path("type").asText();
        String format = schema.path("format").asText();
        boolean fits = switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> format.equals("int32") ? value.isInt() : value.isIntegralNumber() && value.canConvertToLong();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray() && value.size() >= schema.path("minItems").asInt()
                    && value.size() <= schema.path("maxItems").asInt(Integer.MAX_VALUE);
            case "object" -> value.isObject();
            default -> schema.has("allOf");
        };
        expect(fits, at, "is not of type " + type + ": " + value);
        expect(!format.equals("date-time") || isTime(value.asText()), at, "is not a time: " + value);
        expect(!schema.has("enum") || schema.get("enum").valueStream().anyMatch(value::equals), at, "has the value " + value);
    }

    private static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private void expect(boolean holds, String at, String otherwise) {
        if (!holds) {
            faults.add(at + " " + otherwise);
        }
    }
}
