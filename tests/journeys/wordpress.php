<?php
// As much of WordPress as the must-use plugins touch. Include it, then the plugin.

$filters = [];
$sent = [];

class WP_Error
{
}

function is_wp_error(mixed $thing): bool
{
    return $thing instanceof WP_Error;
}

function __return_true(): bool
{
    return true;
}

function add_filter(string $name, callable $callback, int $priority = 10, int $accepted = 1): void
{
    global $filters;
    $filters[$name][$priority][] = [$callback, $accepted];
    ksort($filters[$name]);
}

function remove_filter(string $name, callable $callback, int $priority = 10): void
{
    global $filters;
    $kept = fn ($filter) => $filter[0] !== $callback;
    $filters[$name][$priority] = array_filter($filters[$name][$priority] ?? [], $kept);
}

function apply_filters(string $name, mixed $value, mixed ...$more): mixed
{
    global $filters;
    foreach ($filters[$name] ?? [] as $of_priority) {
        foreach ($of_priority as [$callback, $accepted]) {
            $value = $callback(...array_slice([$value, ...$more], 0, $accepted));
        }
    }
    return $value;
}

function add_action(string $name, callable $callback, int $priority = 10, int $accepted = 1): void
{
    add_filter($name, $callback, $priority, $accepted);
}

function do_action(string $name, mixed ...$given): void
{
    global $filters;
    foreach ($filters[$name] ?? [] as $of_priority) {
        foreach ($of_priority as [$callback, $accepted]) {
            $callback(...array_slice($given, 0, $accepted));
        }
    }
}

function wp_parse_url(string $url): array|false
{
    return parse_url($url);
}

function wp_json_encode(mixed $value): string
{
    return json_encode($value);
}

function wp_remote_retrieve_body(array $response): string
{
    return $response['body'];
}

function wp_remote_post(string $url, array $args): array|WP_Error
{
    return wp_remote_request($url, ['method' => 'POST'] + $args);
}

function wp_remote_request(string $url, array $args): array|WP_Error
{
    global $sent;
    if (($answer = apply_filters('pre_http_request', false, $args, $url)) !== false) {
        return $answer;
    }
    $sent[] = [$url, array_keys($args['headers'])];
    $lines = [];
    foreach ($args['headers'] as $name => $value) {
        $lines[] = "$name: $value";
    }
    $http = ['method' => $args['method'], 'header' => $lines, 'content' => $args['body'], 'timeout' => $args['timeout']];
    $body = @file_get_contents($url, false, stream_context_create(['http' => $http + ['ignore_errors' => true]]));
    if ($body === false) {
        return new WP_Error();
    }
    $headers = [];
    foreach ($http_response_header as $line) {
        [$name, $value] = explode(': ', $line, 2) + [1 => ''];
        $headers[strtolower($name)] = $value;
    }
    return ['headers' => $headers, 'body' => $body];
}
