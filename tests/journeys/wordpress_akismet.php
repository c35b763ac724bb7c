<?php
// Requests as Akismet's plugin makes them (class.akismet.php, http_post), with gatehouse-akismet.php in between.
// Usage: php wordpress_akismet.php plugin.php; one JSON object comes out.

define('GATEHOUSE_URL', getenv('GATEHOUSE_URL'));
require __DIR__ . '/wordpress.php';
require $argv[1];

function ask(string $path, array $fields): ?array
{
    $answer = wp_remote_request("https://rest.akismet.com/1.1/$path", [
        'method' => 'POST',
        'headers' => [
            'Content-Type' => 'application/x-www-form-urlencoded; charset=UTF-8',
            'Host' => 'rest.akismet.com',
            'User-Agent' => getenv('AGENT'),
        ],
        'body' => http_build_query($fields),
        'timeout' => 15,
    ]);
    return is_wp_error($answer) ? null : [$answer['body'], $answer['headers']];
}

$key = getenv('GATEHOUSE_KEY');
$blog = 'https://herald.test';
$comment = ['api_key' => $key, 'blog' => $blog, 'user_ip' => '192.0.2.9', 'comment_author' => 'Carol'];
[$kind, $rude] = json_decode(getenv('TEXTS'));
echo json_encode([
    'key' => ask('verify-key', ['key' => $key, 'blog' => $blog]),
    'kind' => ask('comment-check', ['comment_content' => $kind] + $comment),
    'rude' => ask('comment-check', ['comment_content' => $rude] + $comment),
    'trapped' => ask('comment-check', ['comment_author' => 'akismet-guaranteed-spam'] + $comment),
    'sent' => $sent,
    // What is not Akismet's goes where it went: the filter answers nothing.
    'others' => array_map(
        fn ($url) => apply_filters('pre_http_request', false, ['headers' => ['Host' => 'x']], $url),
        ['https://api.wordpress.org/x', 'https://rest.akismet.com.evil.test/1.1/x', 'https://notrest.akismet.com/', '/x'],
    ),
]);
