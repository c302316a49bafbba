# fish completion for tfhub

function __tfhub_handles
    tfhub cache ls 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
end

set -l commands serve publish resolve pull inspect run cache docs store help
complete -c tfhub -f
complete -c tfhub -s h -l help -d 'Show help'
complete -c tfhub -s q -l quiet -d 'No progress, no warnings'
complete -c tfhub -s v -l verbose -d 'Say what lies beneath an error'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -l version -d 'Show the version'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a serve -d 'Serve a store over HTTP'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a publish -d 'Publish a model into a store'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a resolve -d 'Print the path of a model'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a pull -d 'Fetch a model of any format'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a inspect -d 'Show what a model takes, gives and weighs'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a run -d 'Run a model with TensorFlow'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a cache -d 'Look at the cache, check it, tidy it'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a docs -d 'Work with a tree of documents'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a store -d 'List, check, tidy and copy a store'
complete -c tfhub -n "not __fish_seen_subcommand_from $commands" -a help -d 'Show help'

complete -c tfhub -n '__fish_seen_subcommand_from serve publish import; or __fish_seen_subcommand_from store; and not __fish_seen_subcommand_from cp' -l store -r -F -d 'The store'
complete -c tfhub -n '__fish_seen_subcommand_from serve publish' -l threads -x -d 'How many threads work'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l listen -x -d 'HOST:PORT'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l uncompressed-base -x -d 'A copy of the store in a bucket'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l public-url -x -d 'What this hub is called from outside'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l tls-cert -r -F -d 'Certificate chain (PEM)'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l tls-key -r -F -d 'Its key (PEM)'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l drain-timeout -x -d 'How long a stop waits'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l refresh-interval -x -d 'How often the store is asked what changed'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l redirect-downloads -d 'Answer downloads with signed URLs of the bucket'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l disk-cache -x -a '(__fish_complete_directories)' -d 'Keep files of a bucket on the disk'
complete -c tfhub -n '__fish_seen_subcommand_from serve' -l disk-cache-size -x -d 'How much of them'
complete -c tfhub -n '__fish_seen_subcommand_from publish check import' -F
complete -c tfhub -n '__fish_seen_subcommand_from publish' -l doc -r -F -d 'Its document (Markdown)'
complete -c tfhub -n '__fish_seen_subcommand_from docs; and not __fish_seen_subcommand_from check import' -a 'check import'
complete -c tfhub -n '__fish_seen_subcommand_from resolve pull inspect run cache' -l tfhub_cache_dir -r -F -d 'The cache directory'
complete -c tfhub -n '__fish_seen_subcommand_from publish resolve pull inspect run cache docs store' -l json -d 'Print JSON'
complete -c tfhub -n '__fish_seen_subcommand_from resolve pull inspect run' -a '(__tfhub_handles)'
complete -c tfhub -n '__fish_seen_subcommand_from inspect run' -F
complete -c tfhub -n '__fish_seen_subcommand_from resolve' -l tfhub_model_load_format -x -a 'AUTO COMPRESSED UNCOMPRESSED'
complete -c tfhub -n '__fish_seen_subcommand_from pull' -s o -l output -r -F -d 'Where to put it'
complete -c tfhub -n '__fish_seen_subcommand_from pull inspect' -l format -x -a 'tf tflite tfjs'
complete -c tfhub -n '__fish_seen_subcommand_from pull' -l force -d 'Replace what is there'
complete -c tfhub -n '__fish_seen_subcommand_from run' -l inputs -r -F -d 'name=file.npy or name=JSON'
complete -c tfhub -n '__fish_seen_subcommand_from run' -l signature -x -d 'Which one to run'
complete -c tfhub -n '__fish_seen_subcommand_from run' -l tags -x -d 'Of the graph'
complete -c tfhub -n '__fish_seen_subcommand_from run' -l output-dir -x -a '(__fish_complete_directories)' -d 'Where outputs go'
complete -c tfhub -n '__fish_seen_subcommand_from run' -l benchmark -x -d 'Measure so many runs'
complete -c tfhub -n '__fish_seen_subcommand_from cache; and not __fish_seen_subcommand_from dir ls verify rm prune' -a 'dir ls verify rm prune'
complete -c tfhub -n '__fish_seen_subcommand_from store; and not __fish_seen_subcommand_from ls verify gc cp upgrade' -a 'ls verify gc cp upgrade'
complete -c tfhub -n '__fish_seen_subcommand_from cp' -F
complete -c tfhub -n '__fish_seen_subcommand_from cache; and __fish_seen_subcommand_from rm verify' -a '(__tfhub_handles)'
complete -c tfhub -n '__fish_seen_subcommand_from prune' -l max-size -x -d 'Until the cache fits'
complete -c tfhub -n '__fish_seen_subcommand_from prune' -l older-than -x -d 'Not used for so long'
complete -c tfhub -n '__fish_seen_subcommand_from prune gc' -l dry-run -d 'Only say what would go'
complete -c tfhub -n '__fish_seen_subcommand_from help' -a 'serve publish resolve pull inspect run cache docs store settings'
